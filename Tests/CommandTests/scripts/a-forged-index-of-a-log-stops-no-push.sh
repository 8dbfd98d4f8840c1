. ./lib.sh
make_local_remote
for number in 1 2 3; do
  echo $number >f
  put --as CC6.1/f$number f -q
  vault -C ev push -q
done
ssh-keygen -q -t ed25519 -N '' -f second
vault -C ev trust add second --key-file second.pub --role collect --period 'soc2-*' --path 'CC*/**' --key root -q
vault -C ev push -q

# forge TIPS LEAVES CHANGE: writes the file anew, with its hash, after CHANGE, which has the period's two newest leaves.
forge() {
  python3 - "$@" <<'END'
import hashlib, json, pathlib, sys

path = pathlib.Path(sys.argv[1])
tips = json.loads(path.read_bytes()[:-32])
leaves, places, offset = pathlib.Path(sys.argv[2]).read_bytes().splitlines(), [], 0
for index, leaf in enumerate(leaves):
    if b'"ref":"periods/soc2-2026-h1"' in leaf:
        places.append({"chain": "periods/soc2-2026-h1", "hash": "mth-sha256:" + hashlib.sha256(b"\0" + leaf).hexdigest(),
                       "index": index, "offset": offset})
    offset += len(leaf) + 1
older, newest = places[-2:]
period = next(tip for tip in tips["tips"] if tip["chain"].startswith("periods/"))
assert period == newest and tips["size"] == len(leaves) and tips["length"] == offset
exec(sys.argv[3])
body = json.dumps(tips, sort_keys=True, separators=(",", ":")).encode()
path.write_bytes(body + hashlib.sha256(body).digest())
END
}

# At the remote: an older leaf as the period's newest one, for which every push would seem not to follow.
cp r.vault/index/log-tips sound
forge r.vault/index/log-tips r.vault/log/leaves.log 'period.update(older)'
echo 4 >f
put --as CC6.1/f4 f -q
expect 0 vault -C ev push
expect 0 vault -C r.vault fsck
prints 'sound (level logged'
# At either end: of fewer leaves, of the first bytes alone, of a length in the middle of a line, of another chain, empty.
for change in 'tips.update(size=2)' 'tips.update(length=period["offset"])' 'tips.update(length=tips["length"] - 5)' \
  'period.update(chain="periods/other")' 'tips.update(tips=[])' 'tips.update(size=period["index"] + 1, tips=[period])' \
  'tips.update(size=10**15, length=10**15)' 'period.update(offset=10**15)'; do
  forge r.vault/index/log-tips r.vault/log/leaves.log "$change"
  forge ev/.vault/index/log-tips-origin ev/.vault/receipts/origin.log "$change"
  expect 0 vault -C ev fetch
  expect 0 vault -C ev push
  echo "$change" >f
  put --as "CC6.1/$(wc -l <r.vault/log/leaves.log)" f -q
  expect 0 vault -C ev push
done
for place in r.vault ev; do
  expect 0 vault -C $place fsck
  prints 'sound (level logged'
done
