. ./lib.sh
make_vault
for name in prs deploys; do
  printf '{"number":1,"merged_at":"2026-02-01T00:00:00Z"}\n' >$name.ndjson
  expect 0 vault -C ev population add $name.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as CC8.1/$name.ndjson --id-field /number
done
echo x >f
put --as CC6.1/f f -q

# A period gives them all, PERIOD:PATH the one.
expect 0 vault -C ev population list soc2-2026-h1
[ "$(grep -c . out)" = 2 ] || fail 'not both'
expect 0 vault -C ev population list soc2-2026-h1:CC8.1/prs.ndjson
[ "$(cat out)" = '1                        CC8.1/prs.ndjson' ] || { cat out; fail 'not the one'; }
expect 0 vault -C ev population list soc2-2026-h1:CC8.1/prs.ndjson --json
python3 -c 'import json; one, = json.load(open("out")); assert one["path"] == "CC8.1/prs.ndjson", one' || fail 'the JSON'

# Where there is none, it is said as show says it.
for what in soc2-2026-h1:CC8.1/none.ndjson soc2-2026-h1:CC6.1/f soc2-2025:CC8.1/prs.ndjson soc2-2026-h1: CC8.1/prs.ndjson; do
  expect 2 vault -C ev population show $what
  mv err shown
  expect 2 vault -C ev population list $what
  cmp err shown || fail "list says otherwise of $what"
done

# Hints show what the verb takes: a path apart, or none.
expect 2 vault -C ev ls soc2-2026-h1:CC8.1/prs.ndjson
says 'is no period name'
grep -qF 'hint: name the period first, then what is in it: soc2-2026-h1 CC8.1/prs.ndjson' err || fail 'the hint of ls'
expect 0 vault -C ev ls soc2-2026-h1 CC8.1/prs.ndjson
expect 2 vault -C ev ls CC8.1/prs.ndjson
grep -qF 'then what is in it: PERIOD PATH' err || fail 'the hint of ls without a period'
expect 2 vault -C ev coverage soc2-2026-h1:CC8.1/prs.ndjson
grep -qF 'hint: name the period alone, without what is in it: soc2-2026-h1' err || fail 'the hint of coverage'
