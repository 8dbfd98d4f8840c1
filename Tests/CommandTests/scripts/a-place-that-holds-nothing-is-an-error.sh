. ./lib.sh
make_vault
expect 0 vault -C ev ls soc2-2026-h1
[ ! -s out ] || fail 'a period without evidence lists something'
expect 2 vault -C ev ls soc2-2026-h1 CC6.1
says 'has no evidence at CC6.1'
mkdir d
echo one >d/a.txt
echo two >d/b.txt
put --as CC6.1/d d -q
for n in 1 2 3 4 5 6 7 8 9; do echo "$n" >n; put --as "CC8/$n.txt" n -q; done
for verb in ls 'checkout --to away'; do
  # shellcheck disable=SC2086
  expect 2 vault -C ev $verb soc2-2026-h1 CC6.2
  says 'soc2-2026-h1 has no evidence at CC6.2 or in it'
  says 'at the top it has CC6.1/, CC8/'
  # A part of a name and another case are other names.
  # shellcheck disable=SC2086
  expect 2 vault -C ev $verb soc2-2026-h1 CC6
  # shellcheck disable=SC2086
  expect 2 vault -C ev $verb soc2-2026-h1 cc6.1
  # shellcheck disable=SC2086
  expect 2 vault -C ev $verb soc2-2026-h1 CC6.1/d/a.txt/x
done
[ ! -e away ] || fail 'a checkout of nothing made a folder'
expect 2 vault -C ev ls soc2-2026-h1 CC6.2 --json
[ ! -s out ] || fail 'an error comes with the beginning of a list'
expect 2 vault -C ev diff soc2-2025 --since 1
says 'no period soc2-2025'

expect 0 vault -C ev ls soc2-2026-h1 CC6.1/d/
[ "$(wc -l <out)" = 2 ]
expect 0 vault -C ev ls soc2-2026-h1 CC6.1/d/a.txt
[ "$(wc -l <out)" = 1 ]
expect 0 vault -C ev checkout soc2-2026-h1 CC6.1/d/b.txt --to away
prints '1 file, 4 B'
cmp d/b.txt away/CC6.1/d/b.txt

echo three >d/a.txt
put --supersede --reason 'a correction' --as CC6.1/d/a.txt d/a.txt -q
for place in CC6.1/d/a.txt CC6.1/d; do
  expect 0 vault -C ev ls soc2-2026-h1 "$place"
  [ "$(grep -c a.txt out)" = 1 ] || fail "$place: more than the newest revision"
  expect 0 vault -C ev ls soc2-2026-h1 --all "$place"
  [ "$(grep -c a.txt out)" = 2 ] || fail "$place: not all revisions"
done
expect 0 vault -C ev ls soc2-2026-h1 --all CC6.1/d/a.txt --json
prints '"revision":1'
prints '"revision":2'

VAULT_PERIOD=soc2-2026-h1
export VAULT_PERIOD
expect 0 vault -C ev ls
prints CC6.1/d/a.txt
expect 0 vault -C ev diff --since 1
prints CC6.1/d/a.txt
expect 0 vault -C ev log -n 1
prints 'a.txt'
expect 0 vault -C ev checkout --to whole -q
cmp d/a.txt whole/CC6.1/d/a.txt
expect 2 vault -C ev ls CC6.1/d
says 'name the period first'
unset VAULT_PERIOD
expect 2 vault -C ev ls
says 'set VAULT_PERIOD'
