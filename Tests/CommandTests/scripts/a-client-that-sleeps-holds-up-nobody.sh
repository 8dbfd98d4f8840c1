. ./remote.sh
make_remote
vault -C ev push "$remote" -q
echo one >one
put --as CC6.1/one one -q
serve() {
  if [ "$TRANSPORT" = ssh ]; then sshd/ssh github-collector; else
    vault serve --root srv --as local --allow push --allow fetch
  fi
}
python3 - <<'END'
import json, struct
def message(**members):
    payload = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return struct.pack("<IBBH", len(payload), 1, 0, 0) + payload
open("part", "wb").write(
    b"evidence-vault/1\r\n" + message(client="x", path="acme.vault", protocol=1, type="hello")
    + message(type="push", ref="periods/soc2-2026-h1", sequence=2, document="sha256:" + "0" * 64, signatures=[],
        packs=[dict(pack="sha256:" + "1" * 64, length=1000)]) + struct.pack("<IBBH", 10, 2, 0, 0) + b"0123456789")
END
# It has been told what to send, has sent a part of it, and sleeps.
mkfifo line
serve <line >answer 2>err.sleeper &
sleeper=$!
exec 9>line
cat part >&9
until grep -aq '"type":"want"' answer; do kill -0 "$sleeper" || fail "the session ended: $(cat err.sleeper)"; done
expect 0 timeout 60 vault -C ev push "$remote"
prints 'received 20'
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
expect 0 timeout 60 vault clone "$remote" audit --vault-id "$id"
kill -0 "$sleeper" || fail 'the sleeper was not there any more'
exec 9>&-
wait "$sleeper" && fail 'a session that was cut is no success'
vault -C srv/acme.vault fsck -q
