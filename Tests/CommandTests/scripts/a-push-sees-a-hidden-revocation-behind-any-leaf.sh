. ./lib.sh
make_local_remote
vault -C ev push -q
cp -r ev behind
cp -r ev early
cp r.vault/refs/trust.log trust.log
cp r.vault/packs/@vault/000001.pack trust.pack

vault -C ev trust revoke collector --at 2027-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push -q
echo x >f
put --as CC6.1/f f -q
vault -C ev push -q

# Who has the log's key makes the last leaf name the trust before the revocation, signs that, and hides the document.
python3 - <<'END'
import base64, hashlib, json, os, pathlib, subprocess

log = pathlib.Path("r.vault/log")
leaves = log.joinpath("leaves.log").read_bytes().splitlines()
trust = [json.loads(leaf)["trust"] for leaf in leaves if b'"number"' in leaf]
last = json.loads(leaves[-1])
assert last["trust"] == trust[-1]
last["trust"] = trust[-2]
leaves[-1] = json.dumps(last, sort_keys=True, separators=(",", ":")).encode()


def root(part):
    if len(part) == 1:
        return hashlib.sha256(b"\0" + part[0]).digest()
    half = 1 << (len(part) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(part[:half]) + root(part[half:])).digest()


key = "".join(pathlib.Path("r.vault/log.key").read_text().split("\n")[1:-2])
seed = base64.b64decode(key).split(b"ssh-ed25519")[2][40:72]
pathlib.Path("key.der").write_bytes(bytes.fromhex("302e020100300506032b657004220420") + seed)
name, _, public = pathlib.Path("r.vault/log.pub").read_text().strip().split("+", 2)
number = hashlib.sha256(name.encode() + b"\n" + base64.b64decode(public)).digest()[:4]
text = f"{name}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\nreceived {last['received']}\n"
pathlib.Path("text").write_text(text)
signature = subprocess.check_output(
    "openssl pkeyutl -sign -rawin -inkey key.der -keyform DER -in text".split())
log.joinpath("leaves.log").write_bytes(b"".join(leaf + b"\n" for leaf in leaves))
log.joinpath("checkpoint").write_text(f"{text}\n— {name} {base64.b64encode(number + signature).decode()}\n")
for name in "hashes", "length":
    log.joinpath(name).unlink()
END
cp trust.log r.vault/refs/trust.log
cp trust.pack r.vault/packs/@vault/000001.pack
rm -rf r.vault/index

leaves=$(wc -l <r.vault/log/leaves.log)
for attempt in 1 2; do
  expect 1 vault -C behind push
  says 'accepted document 4 of trust at'
done
expect 1 vault -C early fetch
says 'accepted trust document 4 at'
# The client that saw the leaf as it was is shown another log.
expect 1 vault -C ev push
says 'shows another log'
[ "$(wc -l <r.vault/log/leaves.log)" = "$leaves" ] || fail 'the log grew'
