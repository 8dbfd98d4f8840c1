. ./lib.sh
unset SSH_ASKPASS SSH_ASKPASS_REQUIRE 2>/dev/null || true

# Outside a vault nothing is said of trust.
ssh-keygen -q -t ed25519 -N '' -f plain
expect 0 vault key list
prints 'none would sign: no key is named; give --key FILE, or set VAULT_KEY'
expect 0 vault key list --key plain
prints "would sign: plain  $(fingerprint plain)"
prints '* flag  plain'
! grep -q trust out || fail 'there is no trust to speak of'
expect 0 vault key list --json --key plain
prints "\"signer\":\"$(fingerprint plain)\""
! grep -q '"trust"' out

make_vault
ssh-keygen -q -t ed25519 -N 'open sesame' -f locked
vault -C ev trust add locked --key-file locked.pub --role approve --period 'iso-*' --valid-until 2027-01-01T00:00:00Z \
  --key root -q

# The flag comes before the environment.
export VAULT_KEY=collector
expect 0 vault -C ev key list
prints '* environment  collector'
prints "would sign: collector  $(fingerprint collector)"
prints 'collector may collect'
prints 'in soc2-*  at CC*/**'
expect 0 vault -C ev key list --key root
prints '* flag  root'
prints 'root key'
prints '  environment  collector'
prints "would sign: root  $(fingerprint root)"
expect 0 vault -C ev key list --key collector --key plain
prints 'would sign: collector'
prints 'and 1 co-signs'

# The trust has the last word.
expect 0 vault -C ev key list --period iso-2026
prints 'the vault would refuse it: collector may not write to the period iso-2026'
expect 0 vault -C ev key list --period soc2-2026-h1
! grep -q refuse out || fail 'nothing would be refused'
expect 0 vault -C ev key list --key plain --json
prints '"revocations":[],"root":false,"signers":[]'
expect 0 vault -C ev key list --key locked --json
prints '"name":"locked"'
prints '"roles":["approve"]'
prints '"validUntil":"2027-01-01T00:00:00.000Z"'

# What cannot sign, and why. The environment does not stand in for a flag.
expect 0 vault -C ev key list --key gone
prints 'none would sign: gone: no such key file'
expect 0 vault -C ev key list --key locked
prints 'not usable: it needs its passphrase, and there is no terminal to ask on'
expect 0 vault -C ev key list --key locked --json
prints '"needsPassphrase":true'
prints '"usable":false'
prints '"whyNone":"locked: '
SSH_ASKPASS_REQUIRE=force expect 0 vault -C ev key list --key locked
prints 'usable, through ssh-keygen, with its passphrase'
prints 'would sign: locked'
cp collector.pub alone.pub
expect 0 vault -C ev key list --key alone.pub
prints 'its private half is not in the agent'
expect 0 vault -C ev key list --key plain.pub
prints 'usable, through ssh-keygen'
vault -C ev trust add plain --key-file plain.pub --role collect --key root -q
echo y >g
expect 0 vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as CC1/g g --key plain.pub -q
echo nonsense >nonsense
expect 0 vault -C ev key list --key nonsense
prints 'none would sign'
chmod 644 plain locked
expect 0 vault -C ev key list --key plain
prints 'warning: others may use the private file: its mode is 644'
prints 'would sign: plain'
SSH_ASKPASS_REQUIRE=force expect 0 vault -C ev key list --key locked
prints 'not usable: others may use the private file'
chmod 600 plain locked
expect 0 vault -C ev key list --key plain.pub --signer-program true
prints 'usable, through program'
expect 0 vault -C ev key list --key plain.pub --key root.pub --signer-program true
prints 'none would sign: a signer program signs for one --key'

# The agent's keys are shown, and one that the trust knows is taken where nothing else is named.
eval "$(ssh-agent -s)" >/dev/null
trap 'ssh-agent -k >/dev/null' EXIT
ssh-add -q collector
unset VAULT_KEY
expect 0 vault -C ev key list
prints '* agent  collector'
prints "would sign: collector  $(fingerprint collector)"
VAULT_KEY=root expect 0 vault -C ev key list
prints '  agent  collector'
prints 'would sign: root'
expect 0 vault -C ev key list --key alone.pub
prints '* flag  alone.pub'
prints 'usable, through agent'
prints 'would sign: alone.pub'
echo x >f
expect 0 vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as CC1/f f --key alone.pub -q
ssh-add -q -D 2>/dev/null
expect 0 vault -C ev key list
! grep -q 'agent  ' out
prints 'and the agent holds none that trust document'
SSH_AUTH_SOCK=/nowhere expect 0 vault -C ev key list
prints 'the agent of SSH_AUTH_SOCK: '

# A revocation shows, and decides.
vault -C ev trust revoke collector --at 2026-01-01T00:00:00Z --reason 'laptop stolen' --key root -q
expect 0 vault -C ev key list --key collector --period soc2-2026-h1
prints 'revoked from 2026-01-01T00:00:00.000Z on: laptop stolen'
prints 'the vault would refuse it: '
