. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
cat >deploys.ndjson <<'END'
{"change_id":"C-1","sha":"a","n":1}
{"change_id":"C-2","sha":"b","n":2.0}
{"change_id":"C-3","sha":"c","n":3}
{"change_id":"C-9","sha":"z","n":"4"}
{"change_id":null,"sha":"z"}
not json
{"change_id":"C-1","sha":"a","n":1}
END
cat >approvals.ndjson <<'END'
{"id":"C-2","sha":"B","n":2}
{"id":"\u0043-1","sha":"a","n":1e0}
{"id":"C-3","sha":"c","n":30e-1}
{"id":"C-7","sha":"y","n":4}
END
vault -C ev population add deploys.ndjson --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC8.1/deploys.ndjson --declare-incomplete 'a record is broken' -q
put --kind population --as CC8.1/approvals.ndjson approvals.ndjson -q
left=soc2-2026-h1:CC8.1/deploys.ndjson
right=soc2-2026-h1:CC8.1/approvals.ndjson
expect 1 vault -C ev reconcile $left $right --on /change_id=/id --compare /sha --out report.ndjson
prints 'matched     2 keys'
prints 'only left   3, 2 of them without a key'
prints 'only right  1'
prints 'differing   1'
prints 'duplicates  1 key left, 0 right'
python3 - <<'END'
import json
head, *found = [json.loads(line) for line in open("report.ndjson")]
assert head["type"] == "reconciliation-report" and head["left"]["path"] == "CC8.1/deploys.ndjson", head
key = lambda f: json.dumps(f, sort_keys=True)
wanted = [
    {"outcome": "only-left", "left": 3}, {"outcome": "only-right", "right": 3},
    {"outcome": "differing", "left": 1, "right": 0}, {"outcome": "key-missing", "left": 4},
    {"outcome": "key-missing", "left": 5}, {"outcome": "duplicate", "left": 0, "count": 2}]
assert sorted(found, key=key) == sorted(wanted, key=key), found
END
# Numbers that are whole are equal by value; a string is no number.
expect 1 vault -C ev reconcile $left $right --on /n --json
python3 - <<'END'
import json
r = json.load(open("out"))
assert (r["matched"], r["onlyLeft"], r["onlyRight"]) == (3, 3, 1), r
END
expect 0 vault -C ev reconcile $right $right --on /id
expect 2 vault -C ev reconcile $left $right --on change_id=/id
says 'JSON Pointers'
expect 3 vault -C ev reconcile $left $right --on /change_id=/id --commit --key collector
says 'may not reconcile'
expect 1 vault -C ev reconcile $left $right --on /change_id=/id --compare /sha --commit --key auditor
expect 0 vault -C ev log reviews/soc2-2026-h1
prints 'reconcile CC8.1/deploys.ndjson with CC8.1/approvals.ndjson'
vault -C ev fsck -q
# Again: the report is there already.
expect 1 vault -C ev reconcile $left $right --on /change_id=/id --compare /sha --commit --key auditor
vault -C ev fsck -q
# An empty population has no keys.
: >none
put --kind population --as CC8.1/none none -q
expect 1 vault -C ev reconcile $right soc2-2026-h1:CC8.1/none --on /id
prints 'only left   4'
