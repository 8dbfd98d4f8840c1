. ./lib.sh
make_vault
mkdir in
cd in
echo x >f
cd ..
commit() {
  vault -C ev commit --period soc2-2026-h1 --key collector --source okta "$@"
}
# Places outside of the current folder.
expect 2 commit --collected 2026-03-01T00:00:00Z "$PWD/in/f"
says 'is absolute'
says '--as PATH'
expect 2 commit --collected 2026-03-01T00:00:00Z in/../in/f
says '--as PATH'
expect 2 commit --collected 2026-03-01T00:00:00Z "$PWD/in"
says '--as PATH'

# Times.
for time in 2026-03-01T00:00:00.123456Z 2026-03-01T00:00:00.1234+01:00; do
  expect 2 commit --collected "$time" --as CC1/f in/f
  says 'finer than a millisecond'
  says '2026-07-01T01:00:00+02:00'
done
for time in 2026-03-01T00:00:00+0100 '2026-03-01T00:00:00 CET' 2026-03-01T00:00:00CET; do
  expect 2 commit --collected "$time" --as CC1/f in/f
  says 'a zone or a fraction that is not understood'
  says '2026-06-30T23:00:00Z'
done
expect 2 commit --collected yesterday --as CC1/f in/f
says 'is no time'
expect 2 commit --collected 2026-03-01 --as CC1/f in/f
says 'has no zone'
expect 2 vault -C ev period open p --framework x --from 1.1.2026 --to 2026-02-01 --key root
says 'write it like 2026-01-01'

# Nothing was collected tomorrow; a clock may be a little ahead.
before=$(state ev)
expect 2 commit --collected "$(date -u -d '+10 minutes' +%Y-%m-%dT%H:%M:%SZ)" --as CC1/f in/f
says 'is in the future'
expect 2 vault -C ev add --source okta --collected 2126-03-01T00:00:00Z --as CC1/f in/f
says 'is in the future'
[ "$(state ev)" = "$before" ] || fail 'a refused commit left something behind'
expect 0 commit --collected "$(date -u -d '+2 minutes' +%Y-%m-%dT%H:%M:%SZ)" --late test --as CC1/f in/f

# The wrong half of a key.
expect 2 vault -C ev trust add other --key-file root --role collect --key root
says 'is a private key'
says 'root.pub'
cp collector.pub alone.pub
set +e
SSH_AUTH_SOCK='' commit --key alone.pub --collected 2026-03-01T00:00:00Z --as CC1/g in/f >out 2>err
code=$?
set -e
[ "$code" != 0 ] || fail 'a public key signed'
says 'alone.pub is a public key'

# Names that are no text.
mkdir odd
echo x >"odd/$(printf 'b\377.txt')"
expect 2 commit --collected 2026-03-01T00:00:00Z --as CC1/odd odd
says 'odd/b\xFF.txt: the name is not UTF-8'

# Periods.
expect 2 vault -C ev fsck --period soc2-2026
says 'no period soc2-2026'
says 'soc2-2026-h1'

# Places.
expect 2 vault -C ev/typo status
says 'no vault in ev/typo'
VAULT_DIR=ev/typo expect 2 vault status
echo x >file
expect 2 vault -C ev verify-commit "$(vault -C ev log soc2-2026-h1 | awk 'NR == 1 { print $2 }')" --export file
says 'is no folder'
VAULT_PERIOD=soc2-2026-h1 expect 2 vault -C ev show CC1/f
says 'write soc2-2026-h1:CC1/f'
expect 2 vault -C ev cat soc2-2026-h1:CC1/f --revision 2
says 'it has the revisions 1 to 1'
VAULT_PERIOD=soc2-2026-h1 expect 0 vault -C ev period show
prints 'commits    2, 2 lines'
