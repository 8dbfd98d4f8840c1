. ./lib.sh
make_vault
add() {
  vault -C ev population add "$@" --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as CC8.1/prs.ndjson --id-field /number --sequence-field /number --time-field /merged_at
}
record() { printf '{"number":%s,"merged_at":"%s"}\n' "$1" "${2:-2026-02-01T00:00:00Z}"; }
state ev >before
# Gaps and duplicates as ranges, records of other times by their lines.
{ record 1; record 2; record 5; record 5; record 9 2025-12-31T23:59:59.999Z; record 10 2026-07-01T00:00:00Z; } >prs.ndjson
expect 1 add prs.ndjson --source-count 7
says 'is not complete, and nothing was committed'
prints 'sequence-gap           5 numbers: 3..4, 6..8'
prints 'duplicate-sequence     1 number: 5'
prints 'duplicate-id           1 record: line 4'
prints 'record-outside-period  2 records: line 5..6'
prints 'count-differs          by 1'
expect 1 add prs.ndjson --source-count 7 --json
prints '"count":5,"name":"sequence-gap","sequence":["3..4","6..8"]'
# What is no record is told of with its line, and is never a crash.
{
  printf '\357\273\277{"number":1,"merged_at":"2026-02-01T00:00:00Z"}\r\n'
  printf '\n{"number":\n{"number":2,"number":3}\n{"number":4,"merged_at":"2026-02-01"}\n\377\n\000\n{"number":'
} >bad.ndjson
expect 1 add bad.ndjson
prints 'byte-order-mark        1 record: line 1'
prints 'crlf                   1 record: line 1'
prints 'blank-line             1 record: line 2'
prints 'not-json               2 records: line 3, 8'
prints 'duplicate-member       1 record: line 4'
prints 'time-missing           1 record: line 4'
prints 'time-without-zone      1 record: line 5'
prints 'not-unicode            1 record: line 6'
prints 'nul                    1 record: line 7'
prints 'truncated-last-line    1 record: line 8'
# The plain commit checks the same.
expect 1 put --kind population --id-field /number --as CC8.1/prs.ndjson bad.ndjson
says 'is not complete, and nothing was committed'
expect 3 vault -C ev add --kind population --source github --as CC8.1/prs.ndjson prs.ndjson
says 'is not staged'
state ev >after
cmp before after
expect 2 add bad.ndjson --allow-sequence-gaps 'x' --format heap
expect 2 add prs.ndjson prs.ndjson
expect 2 add nothing.ndjson
vault -C ev fsck -q
