. ./remote.sh
make_remote
vault -C ev push "$remote" -q
before=$(remote_state srv/acme.vault)
serve() {
  if [ "$TRANSPORT" = ssh ]; then sshd/ssh github-collector; else
    vault serve --root srv --as local --allow push --allow fetch
  fi
}
python3 - <<'END'
import json, os, random, struct
preface = b"evidence-vault/1\r\n"
def frame(payload, kind=1, more=0, length=None):
    return struct.pack("<IBBH", len(payload) if length is None else length, kind, more, 0) + payload
def message(**members): return frame(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())
hello = message(client="x", path="acme.vault", protocol=1, type="hello")
push = dict(type="push", ref="periods/soc2-2026-h1", sequence=2, document="sha256:" + "0" * 64, signatures=[])
pack = dict(pack="sha256:" + "1" * 64, length=1000)
random.seed(1)
cases = {
    "nothing": b"", "text": b"GET / HTTP/1.1\r\n\r\n", "noise": random.randbytes(100000),
    "half-preface": preface[:9], "other-version": b"evidence-vault/9\r\n" + hello,
    "huge-frame": preface + frame(b"x", length=1 << 31), "unknown-kind": preface + frame(b"x", kind=9),
    "no-json": preface + frame(b"hello"), "deep": preface + frame(b"[" * 200000),
    "unknown-question": preface + hello + message(type="delete"),
    "no-hello": preface + message(type="refs"), "data-first": preface + hello + frame(b"x" * 99, kind=2),
    "noise-after-hello": preface + hello + random.randbytes(5000),
    "cut-push": preface + hello + message(**push, packs=[pack]) + frame(b"x" * 10, kind=2),
    "wrong-bytes": preface + hello + message(**push, packs=[pack]) + frame(b"x" * 1000, kind=2) + message(type="bye"),
    "too-much-data": preface + hello + message(**push, packs=[pack]) + frame(b"x" * 2000, kind=2),
    "ten-gigabytes": preface + hello + message(**push, packs=[dict(pack, length=10**10)]) + frame(b"x" * 9, kind=2),
    "over-every-limit": preface + hello + message(**push, packs=[dict(pack, length=2**53 - 1)]) + message(type="bye"),
    "a-million-lines": preface + hello + message(type="lines", ref="trust", after=2**53 - 1) * 3 + message(type="bye"),
    "no-packs": preface + hello + message(**push, packs=[]) + message(type="bye"),
}
for number, ref in enumerate(("periods/..", "periods/../../../escaped", "reviews/../periods/soc2-2026-h1", "../escaped", "..")):
    cases[f"ref-{number}"] = preface + hello + message(**dict(push, ref=ref), packs=[pack]) + frame(b"x" * 1000, kind=2)
os.mkdir("cases")
for name, data in cases.items():
    with open(f"cases/{name}", "wb") as file: file.write(data)
END
for case in cases/*; do
  serve <"$case" >answer 2>said || true
  [ "$(remote_state srv/acme.vault)" = "$before" ] || fail "${case#cases/} changed the remote"
  if grep -aq '"type":"receipt"' answer; then fail "${case#cases/} got a receipt"; fi
  [ "$(du -sk srv/acme.vault/quarantine 2>/dev/null | cut -f 1)" -lt 1000 ] || fail "${case#cases/} filled the disk"
  case $case in */ref-*) grep -aq '"code":"protocol"' answer || fail "${case#cases/} is not refused by name" ;; esac
  if grep -qi 'fatal error\|overflow\|signal' said; then fail "${case#cases/}: $(cat said)"; fi
done
serve <cases/over-every-limit 2>/dev/null | grep -aq '"code":"limit"' || fail 'too many bytes are not refused by name'
[ -z "$(find . -name 'escaped*')" ] || fail 'something was written outside the vault'
# The next honest one is taken.
echo honest >f
put --as CC6.1/f f -q
expect 0 vault -C ev push "$remote"
prints 'received 20'
vault -C srv/acme.vault fsck -q
