. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f approver
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
place=CC8.1/prs.ndjson
add() {
  vault -C ev population add prs.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as "$place" --id-field /number --sequence-field /number --time-field /merged_at "$@"
}
for n in 1 2 4 7; do printf '{"number":%s,"merged_at":"2026-02-0%sT00:00:00Z"}\n' $n $n; done >prs.ndjson
printf '{"total_count": 4}\n' >count.json
expect 1 add --source-count 4
says 'is not complete'
grep -q -- '--allow-sequence-gaps' err || fail 'no hint at the allowance'
expect 0 add --source-count 4 --source-response count.json --allow-sequence-gaps 'issues share the counter'
# A retry adds nothing.
expect 0 add --source-count 4 --source-response count.json --allow-sequence-gaps 'issues share the counter'
prints 'nothing to add'
expect 0 vault -C ev population show soc2-2026-h1:$place
prints 'source      says 4 (captured)'
prints 'finding     sequence-gap  3'
prints 'allowed     sequence-gap: issues share the counter'
prints 'it does not count yet'
expect 0 vault -C ev population list soc2-2026-h1 --json
prints '"standing":"awaits-approval"'
expect 0 vault -C ev population verify soc2-2026-h1:$place
prints 'source-response  same'
vault -C ev cat soc2-2026-h1:$place.source.json | cmp - count.json
vault -C ev population show soc2-2026-h1:$place --json | grep -q "\"object\":\"sha256:$(sha256sum <prs.ndjson | cut -c1-64)\"" || fail 'the object is not the file'
# So does list, until an approver waives it; then both say who did and why, as coverage does.
expect 0 vault -C ev population list soc2-2026-h1
prints 'it does not count yet'
expect 0 vault -C ev waive soc2-2026-h1 "population-declared:$place@1" --reason 'the counter is shared' --key approver
expect 0 vault -C ev population show soc2-2026-h1:$place
prints 'standing    declared, and waived by approver: the counter is shared'
expect 0 vault -C ev population list soc2-2026-h1
prints "$place  declared, and waived by approver: the counter is shared"
expect 0 vault -C ev coverage soc2-2026-h1 --json
cp out coverage
for verb in show list; do
  expect 0 vault -C ev population $verb soc2-2026-h1:$place --json
  prints '"standing":"waived"'
  python3 -c 'import json
told = json.load(open("out"))
told = told[0] if isinstance(told, list) else told
finding, = json.load(open("coverage"))["findings"]
assert told["waiver"] == finding["waiver"] and told["waiver"]["by"] == "approver", told' || fail "$verb tells of another waiver"
done
# An approver's key beside the collector's makes it count.
place=CC8.1/again.ndjson
expect 0 add --allow-sequence-gaps 'issues share the counter' --key approver
expect 0 vault -C ev population show soc2-2026-h1:$place
prints 'declared, and an approver signed'
# The approver may also sign afterwards: the same statement, as a new revision with both signatures.
place=CC8.1/later.ndjson
expect 0 add --allow-sequence-gaps 'issues share the counter'
expect 3 add --allow-sequence-gaps 'issues share the counter' --key approver
says "without an approver's signature"
expect 0 add --allow-sequence-gaps 'issues share the counter' --key approver --supersede --reason 'an approver signs'
expect 0 vault -C ev population show soc2-2026-h1:$place
prints 'revision 2'
prints 'declared, and an approver signed'
expect 0 add --allow-sequence-gaps 'issues share the counter' --key approver --supersede --reason 'an approver signs'
prints 'nothing to add'
# An allowance is for gaps only; a declaration takes the rest, and records all that was found.
place=CC8.1/short.ndjson
expect 1 add --source-count 5 --allow-sequence-gaps 'issues share the counter'
prints 'count-differs'
expect 0 add --source-count 5 --declare-incomplete 'the export is cut at four'
expect 0 vault -C ev population show soc2-2026-h1:$place --json
prints '"findings":[{"count":1,"name":"count-differs"},{"count":3,"name":"sequence-gap"}]'
prints '"incomplete":"the export is cut at four"'
expect 0 vault -C ev population verify soc2-2026-h1:$place
expect 0 vault -C ev population list soc2-2026-h1:$place
prints 'DECLARED, and no approver has signed: it does not count yet'
# A new revision is complete, and needs an approver, as every revision of a population does.
for n in 3 5 6; do printf '{"number":%s,"merged_at":"2026-03-0%sT00:00:00Z"}\n' $n $n; done >>prs.ndjson
expect 3 add --source-count 7 --supersede --reason 'the whole export'
expect 0 add --source-count 7 --supersede --reason 'the whole export' --key approver
expect 0 vault -C ev population show soc2-2026-h1:$place
prints 'standing    complete'
# An answer that gives another number is found.
place=CC8.1/answer.ndjson
printf '{"total_count": 70}\n' >count.json
expect 1 add --source-count 7 --source-response count.json
prints 'source-response-differs'
expect 2 add --source-response count.json
vault -C ev fsck -q
