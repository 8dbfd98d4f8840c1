. ./lib.sh
make_vault
add() {
  vault -C ev population add "$@" --period soc2-2026-h1 --key collector --control CC7.2 --source aws \
    --id-field /id --time-field /t
}
cat >events.json <<'END'
{ "Records" : [
  { "id" : "a", "t" : "2026-02-01T00:00:00Z", "text": " [x, \"y\"] " },
  { "id" : "b", "t" : "2026-02-02T00:00:00Z" } ] }
END
expect 0 add events.json --as CC7.2/events.ndjson --source-count 2
vault -C ev cat soc2-2026-h1:CC7.2/events.ndjson.original.json | cmp - events.json
printf '%s\n' '{"id":"a","t":"2026-02-01T00:00:00Z","text":" [x, \"y\"] "}' '{"id":"b","t":"2026-02-02T00:00:00Z"}' >cut
vault -C ev cat soc2-2026-h1:CC7.2/events.ndjson | cmp - cut
expect 0 vault -C ev population verify soc2-2026-h1:CC7.2/events.ndjson
prints 'cut              same'
expect 0 add events.json --as CC7.2/events.ndjson --source-count 2
prints 'nothing to add'
printf '[1, {"id":2,"t":"2026-02-01T00:00:00Z"}]' >array.json
expect 1 add array.json --as CC7.2/array.ndjson
prints 'id-missing             1 record: record 0 (from 0)'
printf 'id,t,note\r\n1,2026-02-01T00:00:00Z,"a ""b"",\r\nc"\r\n2,2026-02-02T00:00:00+01:00,\r\n' >rows.csv
expect 0 add rows.csv --as CC7.2/rows.ndjson --sequence-field /id
vault -C ev population record soc2-2026-h1:CC7.2/rows.ndjson 0 >out
prints '{"id":"1","t":"2026-02-01T00:00:00Z","note":"a \"b\",\r\nc"}'
expect 0 vault -C ev population show soc2-2026-h1:CC7.2/rows.ndjson --json
prints '"format":"csv"'
printf 'id,t\n1\n' >ragged.csv
expect 1 add ragged.csv --as CC7.2/ragged.ndjson
prints 'not-csv                1 record: line 2 (the row has 1 field, and the header 2)'
printf '{"Records":[],"next":1}' >page.json
expect 2 add page.json --as CC7.2/page.ndjson
expect 2 add - --format csv --as CC7.2/page.ndjson <rows.csv
vault -C ev fsck -q
[ -z "$(ls ev/.vault/staging 2>/dev/null)$(ls ev/staging 2>/dev/null)" ] || fail 'something is left in staging'
