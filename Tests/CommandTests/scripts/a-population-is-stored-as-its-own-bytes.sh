. ./lib.sh
make_vault
for n in $(seq 5000); do printf '{"number":%s,"merged_at":"2026-02-01T00:00:00Z","title":"change number %s"}\n' "$n" "$n"; done >prs.ndjson
expect 0 put --kind population --id-field /number --time-field /merged_at --source-count 5000 --as CC8.1/prs.ndjson prs.ndjson --json
prints '"kind":"population"'
prints '"count":5000'
prints '"object":"sha256:'"$(sha256sum <prs.ndjson | cut -c1-64)"'"'
vault -C ev cat soc2-2026-h1:CC8.1/prs.ndjson | cmp - prs.ndjson
expect 2 put --kind population --id-field number --as CC8.1/x prs.ndjson
expect 2 put --kind heap --as CC8.1/x prs.ndjson
expect 2 put --source-count 3 --as CC8.1/x prs.ndjson
vault -C ev fsck -q
# A revision keeps the kind: a document must not take a population's place behind an approver's back.
echo nothing >x
expect 3 put --supersede --reason 'smaller' --as CC8.1/prs.ndjson x
says 'must be a population too'
head -10 prs.ndjson >fewer.ndjson
expect 3 put --kind population --supersede --reason 'fewer' --as CC8.1/prs.ndjson fewer.ndjson
says 'takes a second signature'
ssh-keygen -q -t ed25519 -N '' -f approver
vault -C ev trust add approver --key-file approver.pub --role approve --key root -q
expect 0 put --kind population --supersede --reason 'fewer' --key approver --as CC8.1/prs.ndjson fewer.ndjson
vault -C ev fsck -q
