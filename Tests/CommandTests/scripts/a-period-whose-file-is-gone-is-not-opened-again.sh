. ./lib.sh
make_vault
open() {
  vault -C ev period open "$1" --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root
}
echo x >f
put --as CC1/f f -q
mv ev/.vault/refs/periods/soc2-2026-h1.log kept
for left in gone empty; do
  before=$(state ev)
  expect 1 open soc2-2026-h1
  says 'had commits'
  [ "$(state ev)" = "$before" ] || fail 'a refused opening wrote something'
  expect 1 vault -C ev fsck
  grep -q '^error: ref-.*missing: periods' out || fail 'fsck does not name the period'
  expect 1 vault -C ev fsck --period soc2-2026-h1
  : >ev/.vault/refs/periods/soc2-2026-h1.log
done
rm -f ev/.vault/refs/periods/soc2-2026-h1.log
mv kept ev/.vault/refs/periods/soc2-2026-h1.log
vault -C ev fsck -q

# Whoever opened it may have died before the line was written.
open soc2-2026-h2 >/dev/null
rm ev/.vault/refs/periods/soc2-2026-h2.log
expect 0 open soc2-2026-h2
expect 0 vault -C ev fsck
prints 'disclosed: unfinished-write'
