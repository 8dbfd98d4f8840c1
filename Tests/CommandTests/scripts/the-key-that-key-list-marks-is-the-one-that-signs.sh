. ./lib.sh
make_vault
for key in flagged environed configured inagent second; do
  ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$key"
  vault -C ev trust add "$key" --key-file "$key.pub" --role collect --period 'soc2-*' --path 'CC*/**' --key root -q
done
ssh-keygen -q -t ed25519 -N '' -C stranger -f stranger
echo x >f
number=0
commit() {
  number=$((number + 1))
  vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as "CC1/$number" f "$@"
}

# agree ORIGIN NAME ARGUMENTS…: list marks the key and no other, and a commit is signed by it.
agree() {
  origin=$1
  name=$2
  shift 2
  expect 0 vault -C ev key list "$@"
  [ "$(grep -c '^\* ' out)" = 1 ] || fail 'not one key is marked'
  grep -q "^\* $origin  .*$name\(\.pub\)*\$" out || fail "$name of $origin is not marked"
  prints "  $(fingerprint "$name")"
  grep -q "^would sign: .*  $(fingerprint "$name")\$" out || fail "list does not say $name"
  expect 0 vault -C ev key list "$@" --json
  prints "\"signer\":\"$(fingerprint "$name")\""
  expect 0 commit "$@"
  expect 0 vault -C ev log soc2-2026-h1 -n 1 --json
  prints "\"key\":\"$(fingerprint "$name")\""
  prints "\"signer\":\"$name\""
}

# neither CODE TEXT ARGUMENTS…: list marks none, a commit is refused, and both say why.
neither() {
  code=$1
  text=$2
  shift 2
  expect 0 vault -C ev key list "$@"
  ! grep -q '^\* ' out || fail 'a key is marked'
  prints 'none would sign: '
  prints "$text"
  expect "$code" commit "$@"
  says "$text"
}

neither 2 'no key is named'
eval "$(ssh-agent -s)" >/dev/null
trap 'ssh-agent -k >/dev/null' EXIT

# An agent that holds nothing of use is no help.
neither 2 'the agent holds none that trust document 7 knows and has not revoked'
ssh-add -q stranger
neither 2 'the agent holds none that trust document 7 knows and has not revoked'

# Each origin gives way to the one before it.
ssh-add -q inagent
mv inagent elsewhere
agree agent inagent
vault -C ev config key configured -q
agree configuration configured
export VAULT_KEY=environed
agree environment environed
agree flag flagged --key flagged
expect 0 vault -C ev key list --key flagged
[ "$(grep -o '^[* ] [a-z]*  ' out | tr -d '* \n')" = flagenvironmentconfigurationagentagent ] || fail 'another order'

# The first that names a key decides, also where that key cannot sign.
neither 2 'gone: no such key file' --key gone
VAULT_KEY=gone neither 2 'gone: no such key file'
unset VAULT_KEY
mv configured hidden
neither 2 "$PWD/configured: no such key file"
mv hidden configured
printf '{' >ev/.vault/config.json
VAULT_PERIOD=soc2-2026-h1 neither 2 'config.json cannot be used'
rm ev/.vault/config.json

# The agent's key needs no place for a file.
TMPDIR=/nowhere agree agent inagent

# Other verbs sign in the same way: a root key in the agent makes two.
ssh-add -q root
both="$(fingerprint inagent), $(fingerprint root)"
neither 2 "the agent holds 2 that trust document 7 knows: $both"
expect 2 commit
says '--key FILE'
agree flag inagent --key inagent.pub
ssh-add -q -d inagent.pub
expect 0 vault -C ev period open soc2-2027 --framework soc2 --from 2027-01-01 --to 2028-01-01
expect 0 vault -C ev trust revoke second --at 2026-01-01T00:00:00Z --reason test
mkdir new
expect 2 vault init new
says '--key is missing'

# A key that is revoked is none of those.
ssh-add -q second
expect 0 vault -C ev key list
prints '* agent  root'
ssh-add -q -d root.pub
neither 2 'the agent holds none that trust document 8 knows and has not revoked'
expect 0 vault -C ev trust revoke environed --at 2999-01-01T00:00:00Z --reason later --key root
ssh-add -q environed
agree agent environed

# A signer program is for a key that is named.
neither 2 'no key is named that the signer program signs for' --signer-program true
SSH_AUTH_SOCK=/nowhere neither 4 'no key is named, and the agent: ssh-add failed'
cd new
expect 0 vault key list
prints 'none would sign: no key is named'
prints '  agent  environed'
cd ..
expect 0 vault -C ev fsck -q
