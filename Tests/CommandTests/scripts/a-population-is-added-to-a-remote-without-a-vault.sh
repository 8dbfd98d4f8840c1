. ./remote.sh
make_remote
for name in approver manager; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
vault -C ev trust add manager --key-file manager.pub --role manage --period 'soc2-*' --key root -q
vault -C ev push "$remote" -q
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
# The pipeline's own machine: keys, files and nothing else.
mkdir pipeline scratch
cp collector approver pipeline
cat >records.py <<'END'
import sys
for n in range(1, int(sys.argv[1]) + 1):
    if n != 7: print('{"number":%d,"merged_at":"2026-02-%02dT10:00:00Z","title":"change %d"}' % (n, 1 + n % 28, n))
END
python3 records.py 6 >pipeline/whole.ndjson
# Of several frames, and with one number missing.
python3 records.py 30000 >pipeline/gap.ndjson
remote_here=$remote
[ "$TRANSPORT" = ssh ] || remote_here=$PWD/$remote
add() {
  (cd pipeline && TMPDIR=$PWD/../scratch vault population add --remote "$remote_here" --period soc2-2026-h1 \
    --key collector --control CC8.1 --source github --id-field /number --sequence-field /number \
    --time-field /merged_at "$@")
}
there() { vault -C srv/acme.vault population show "soc2-2026-h1:CC8.1/$1"; }

# Where it goes is named, and pinned.
before=$(remote_state srv/acme.vault)
expect 2 add whole.ndjson --as CC8.1/whole.ndjson
says '--remote needs --vault-id'
expect 3 add whole.ndjson --as CC8.1/whole.ndjson --vault-id "sha256:$(printf %064d 0)"

# Found on the way in: nothing goes to the remote.
expect 1 add gap.ndjson --as CC8.1/gap.ndjson --source-count 29999 --vault-id "$id"
says 'is not complete, and nothing was committed'
prints 'sequence-gap           1 number: 7'
expect 1 add whole.ndjson --as CC8.1/whole.ndjson --source-count 7 --vault-id "$id"
prints 'count-differs          by 1'
printf '{"number":8}\r\n' >pipeline/bad.ndjson
expect 1 add bad.ndjson --as CC8.1/bad.ndjson --vault-id "$id"
prints 'crlf                   1 record: line 1'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'what was refused changed the remote'

# A whole one is committed with the source's answer; the file is its object.
printf '{"total_count":6}\n' >pipeline/count.json
expect 0 add whole.ndjson --as CC8.1/whole.ndjson --source-count 6 --source-response count.json --vault-id "$id"
prints 'received 20'
expect 0 there whole.ndjson
prints 'source      says 6 (captured)'
prints 'standing    complete'
prints "$(sha256sum <pipeline/whole.ndjson | cut -c 1-64)"
vault -C srv/acme.vault cat soc2-2026-h1:CC8.1/whole.ndjson.source.json | cmp - pipeline/count.json
after=$(remote_state srv/acme.vault | grep -v checkpoint)
expect 0 add whole.ndjson --as CC8.1/whole.ndjson --source-count 6 --source-response count.json --vault-id "$id"
prints 'nothing to add'
[ "$(remote_state srv/acme.vault | grep -v checkpoint)" = "$after" ] || fail 'a retry changed the remote'
# Other records at the same path are another revision, which takes a reason and an approver.
expect 3 add gap.ndjson --as CC8.1/whole.ndjson --allow-sequence-gaps 'issues share the counter' --vault-id "$id"
says '--supersede'
[ "$(remote_state srv/acme.vault | grep -v checkpoint)" = "$after" ] || fail 'a refusal changed the remote'

# One that allows for a gap counts once an approver has signed with the collector; a pipeline may hold both keys.
expect 0 add gap.ndjson --as CC8.1/gap.ndjson --source-count 29999 --allow-sequence-gaps 'issues share the counter' --vault-id "$id"
expect 0 there gap.ndjson
prints 'it does not count yet'
expect 0 add gap.ndjson --as CC8.1/approved.ndjson --source-count 29999 --allow-sequence-gaps 'issues share the counter' \
  --key approver --vault-id "$id"
expect 0 there approved.ndjson
prints 'declared, and an approver signed'
expect 0 add whole.ndjson --as CC8.1/declared.ndjson --source-count 7 --declare-incomplete 'one is under seal' --vault-id "$id"
expect 0 there declared.ndjson
prints 'finding     count-differs  1'

# Records are cut from what the source gives.
printf '{"Records":[ {"number":1,"merged_at":"2026-02-01T00:00:00Z"}, {"number":2,"merged_at":"2026-02-02T00:00:00Z"} ]}' \
  >pipeline/events.json
expect 0 add events.json --as CC8.1/events.ndjson --source-count 2 --vault-id "$id"
vault -C srv/acme.vault cat soc2-2026-h1:CC8.1/events.ndjson.original.json | cmp - pipeline/events.json
[ -z "$(ls -A scratch)" ] || fail "something is left in the pipeline's scratch folder: $(ls -A scratch)"
[ -z "$(find srv/acme.vault/quarantine -type f)" ] || fail 'parts of packs are left'

# Whoever clones has all of it, and every record can be proved.
expect 0 vault clone "$remote" audit --vault-id "$id"
expect 0 vault -C audit fsck
prints 'sound (level logged'
for name in whole gap approved declared events; do expect 0 vault -C audit population verify soc2-2026-h1:CC8.1/$name.ndjson; done
cmp audit/CC8.1/gap.ndjson pipeline/gap.ndjson
expect 0 vault -C audit population record soc2-2026-h1:CC8.1/gap.ndjson 29998
[ "$(cat out)" = "$(tail -n 1 pipeline/gap.ndjson)" ] || fail 'another record'

# A period that is closed takes none.
vault -C ev pull "$remote" -q
vault -C ev period close soc2-2026-h1 --key manager -q
vault -C ev push "$remote" -q
after=$(remote_state srv/acme.vault)
expect 3 add whole.ndjson --as CC8.1/late.ndjson --vault-id "$id"
says 'closed'
[ "$(remote_state srv/acme.vault)" = "$after" ] || fail 'a closed period changed'
