. ./remote.sh
make_remote
ssh-keygen -q -t ed25519 -N '' -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
for n in $(seq 300); do printf '{"number":%s}\n' "$n"; done >prs.ndjson
put --kind population --id-field /number --as CC8.1/prs.ndjson prs.ndjson -q
vault -C ev remote add origin "$remote"
vault -C ev push -q
id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)

# The auditor draws in a clone of their own, and pushes the draw.
vault clone "$remote" audit --period soc2-2026-h1 --vault-id "$id" -q
expect 0 vault -C audit sample draw soc2-2026-h1:CC8.1/prs.ndjson --size 10 --seed 00112233445566778899aabbccddeeff \
  --key auditor --out sample
prints 'received  the population: 20'
[ -s sample/population/receipt.json ] || fail 'the folder has no receipt'
expect 0 vault sample verify sample --vault-id "$id"
prints 'received by a remote at 20'
# No byte of the receipt can be another; nor where the list of files is made to fit, so that only the receipt itself is
# left to tell.
cp -r sample flipped
python3 - <<'END'
import hashlib, json, os, subprocess
place = "flipped/population/receipt.json"
receipt, manifest = open(place, "rb").read(), open("flipped/sample.json", "rb").read()
digest = lambda data: hashlib.sha256(data).hexdigest()
assert manifest.count(digest(receipt).encode()) == 1
def verify(data, names, listed=manifest):
    for name, data in ((place, data), ("flipped/sample.json", listed)):
        os.chmod(name, 0o644)
        open(name, "wb").write(data)
    done = subprocess.run(["vault", "sample", "verify", "flipped", "--json"], capture_output=True, text=True)
    said = json.loads(done.stdout)
    assert done.returncode == (1 if names else 0), (done, at)
    assert not names or said["finding"] in names and said["subject"] == "population/receipt.json", (said, at)
for at in list(range(0, len(receipt), 97)) + [len(receipt) - 1]:
    data = bytearray(receipt)
    data[at] ^= 1 << at % 8
    verify(data, ["file-mismatch"])
    verify(data, ["malformed", "receipt-invalid"], manifest.replace(digest(receipt).encode(), digest(data).encode()))
verify(receipt, [])
END
expect 0 vault -C audit push
prints 'reviews/soc2-2026-h1  1 commit'

# Whoever pulls or clones the period has its reviews.
expect 0 vault -C ev pull
prints 'reviews/soc2-2026-h1  1 commit'
vault clone "$remote" copy --period soc2-2026-h1 --vault-id "$id" -q
for one in ev copy srv/acme.vault; do
  expect 0 vault -C $one fsck
  prints 'sound (level logged'
  expect 0 vault -C $one sample list soc2-2026-h1
  prints 'seed 00112233445566778899aabbccddeeff'
done

# A draw that is dropped from a clone comes back, and one that was made in its place is not taken.
rm copy/.vault/refs/reviews/soc2-2026-h1.log
rm -rf copy/.vault/index
expect 1 vault -C copy fsck
cp -r audit forked
expect 0 vault -C audit sample draw soc2-2026-h1:CC8.1/prs.ndjson --size 5 --seed ffffffffffffffffffffffffffffffff \
  --key auditor --out second
vault -C audit push -q
vault -C forked sample draw soc2-2026-h1:CC8.1/prs.ndjson --size 5 --seed eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee \
  --key auditor --out third -q
expect 3 vault -C forked push
says 'is another than this vault'
expect 0 vault -C srv/acme.vault fsck
