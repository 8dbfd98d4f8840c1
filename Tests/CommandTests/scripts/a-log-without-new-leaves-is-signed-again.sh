. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
signed() { sed -n 's/^received //p' srv/acme.vault/log/checkpoint; }
before=$(signed)
leaves=$(sha256sum srv/acme.vault/log/leaves.log)
expect 0 vault -C srv/acme.vault checkpoint renew
prints 'just now'
[ "$(signed)" \> "$before" ] || fail 'the checkpoint is not younger'
[ "$(sha256sum srv/acme.vault/log/leaves.log)" = "$leaves" ] || fail 'the leaves changed'
expect 0 vault -C audit pull
prints "signed $(signed), just now"
expect 0 vault -C audit fsck
prints "origin: $(wc -l <srv/acme.vault/log/leaves.log) leaves, signed $(signed), just now"
expect 0 vault -C audit fsck --json
grep -q "\"signed\":\"$(signed)\"" out

# A key elsewhere is named, as for vault serve.
mv srv/acme.vault/log.key away.key
expect 4 vault -C srv/acme.vault checkpoint renew
expect 0 vault -C srv/acme.vault checkpoint renew --log-key away.key --json
grep -q "\"signed\":\"$(signed)\"" out
mv away.key srv/acme.vault/log.key

# A log whose clock was three days behind, or that is kept back since then: its newest checkpoint is as old.
python3 - <<'END'
import base64, datetime, os, re, sys
sys.path.insert(0, ".")
import tlog
then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3)
then = then.strftime("%Y-%m-%dT%H:%M:%S.000Z").encode()
log = "srv/acme.vault/log/"
leaves = re.sub(rb'"received":"[^"]*"', b'"received":"' + then + b'"', open(log + "leaves.log", "rb").read()).splitlines()
key = base64.b64decode("".join(open("srv/acme.vault/log.key").read().split("\n")[1:-2]))
seed = key[key.index(b"\0\0\0\x40") + 4:][:32]
name, key_id, _ = open("srv/acme.vault/log.pub").read().split("+", 2)
text = f"{name}\n{len(leaves)}\n{base64.b64encode(tlog.tree(leaves)).decode()}\nreceived {then.decode()}\n"
signature = base64.b64encode(bytes.fromhex(key_id) + tlog.sign(seed, text.encode())[1]).decode()
open(log + "leaves.log", "wb").write(b"".join(leaf + b"\n" for leaf in leaves))
open(log + "checkpoint", "w").write(f"{text}\n— {name} {signature}\n")
os.remove(log + "hashes")
END
stale='vault: warning: the newest checkpoint of origin was signed 3 days ago'
expect 0 vault clone "$remote" late --vault-id "$id"
grep -q "^$stale" err || fail "clone does not warn: $(cat err)"
prints '3 days ago'
for verb in pull fsck; do
  expect 0 vault -C late $verb -q
  grep -q "^$stale" err || fail "$verb does not warn: $(cat err)"
done
expect 0 vault -C srv/acme.vault checkpoint renew
for verb in pull fsck; do
  expect 0 vault -C late $verb
  [ ! -s err ] || fail "$verb warns of a fresh checkpoint: $(cat err)"
done
