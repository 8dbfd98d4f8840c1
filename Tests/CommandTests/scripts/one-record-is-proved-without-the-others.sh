. ./lib.sh
make_vault
awk 'BEGIN { for (n = 1; n <= 20000; n++) printf "{\"number\":%d,\"merged_at\":\"2026-02-01T00:00:00Z\",\"title\":\"change number %d\"}\n", n, n * 7919 % 20011 }' >prs.ndjson
expect 0 vault -C ev population add prs.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
  --as CC8.1/prs.ndjson --id-field /number --sequence-field /number --time-field /merged_at --source-count 20000
for n in 0 1 4095 12345 19999; do
  vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson $n >record
  sed -n "$((n + 1))p" prs.ndjson | cmp - record
  vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson $n --proof >proof
  # Recomputed by another hand: from the record to the population's root, from the entry to the commit's.
  python3 - proof <<'END'
import hashlib, json, sys
proof = json.load(open(sys.argv[1]))
h = lambda b: hashlib.sha256(b).digest()
def root(leaf, p):
    value, fn, sn = h(b"\0" + leaf), p["index"], p["treeSize"] - 1
    for node in p["path"]:
        node = bytes.fromhex(node.split(":")[1])
        if fn & 1 or fn == sn:
            value = h(b"\1" + node + value)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            value = h(b"\1" + value + node)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return "mth-sha256:" + value.hex()
entry, commit = json.loads(proof["entry"]), json.loads(proof["commit"])
assert root(proof["record"].encode(), proof["inclusion"]) == entry["population"]["root"] == proof["inclusion"]["root"]
assert entry["population"]["count"] == proof["inclusion"]["treeSize"]
assert root(proof["entry"].encode(), proof["entryInclusion"]) == commit["root"]
for signature in proof["signatures"]:
    assert json.loads(signature)["object"] == "sha256:" + h(proof["commit"].encode()).hex()
END
done
expect 2 vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson 20000
says 'has no record 20000'
# A number below 0 looks like an option, and is told of as what it is.
for verb in 'population record' '-q population record'; do
  expect 2 vault -C ev $verb soc2-2026-h1:CC8.1/prs.ndjson -1
  says 'there is no record -1'
  grep -qF "hint: a record's number begins at 0" err || fail 'where numbers begin'
done
expect 2 vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson -- -1
says 'has no record -1'
expect 2 vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson
says "Missing expected argument '<n>'"
expect 0 vault -C ev population verify soc2-2026-h1:CC8.1/prs.ndjson
prints 'root             same'
# A flipped bit anywhere in the evidence is found, and no record of that frame is given.
chmod -R u+w ev
pack=$(find ev -path '*packs/soc2-2026-h1/*' -name '*.pack' | head -n 1)
python3 - "$pack" <<'END'
import sys
with open(sys.argv[1], "r+b") as pack:
    pack.seek(5000)
    byte = pack.read(1)[0]
    pack.seek(5000)
    pack.write(bytes([byte ^ 4]))
END
expect 1 vault -C ev population verify soc2-2026-h1:CC8.1/prs.ndjson
prints 'DIFFERS'
expect 1 vault -C ev population record soc2-2026-h1:CC8.1/prs.ndjson 0
