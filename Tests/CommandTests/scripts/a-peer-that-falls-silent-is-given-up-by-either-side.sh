. ./remote.sh
make_remote
vault -C ev push "$remote" -q
head -c 3000000 /dev/urandom >f
put --as CC6.1/f f -q
[ "$TRANSPORT" != ssh ] || authorize impatient --timeout 1 --allow push

# The server is stopped in the middle: it neither answers nor ends. What stands in for it is the system's own SIGSTOP.
cat >servers <<END
#!/bin/sh
pgrep -f "[v]ault serve --root $PWD/srv "
END
chmod +x servers
for at in 1000 2000; do
  RELAY_AT=$at RELAY_HOOK="kill -STOP \$(./servers)" VAULT_TIMEOUT=1 expect 4 relayed vault -C ev push "$relayed_remote"
  says 'silent'
  for process in $(./servers); do
    kill -CONT "$process"
    # It finds its client gone, and ends.
    timeout 30 tail --pid="$process" -f /dev/null || fail 'the server goes on without its client'
  done
done
# One that does not even begin.
printf '#!/bin/sh\nexec sleep 300\n' >mute
chmod +x mute
VAULT_SSH=$PWD/mute VAULT_TIMEOUT=1 expect 4 timeout 30 vault -C ev push mute:acme.vault
expect 2 env VAULT_TIMEOUT=0 vault -C ev push "$remote"
says 'VAULT_TIMEOUT'

# A client that stays connected and says nothing more, after its greeting and inside a push.
serve() {
  if [ "$TRANSPORT" = ssh ]; then sshd/ssh impatient; else
    vault serve --root srv --as local --timeout 1 --allow push
  fi
}
python3 - <<'END'
import json, struct
def message(**members):
    payload = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return struct.pack("<IBBH", len(payload), 1, 0, 0) + payload
hello = b"evidence-vault/1\r\n" + message(client="x", path="acme.vault", protocol=1, type="hello")
push = message(type="push", ref="periods/soc2-2026-h1", sequence=2, document="sha256:" + "0" * 64, signatures=[],
    packs=[dict(pack="sha256:" + "1" * 64, length=1000)]) + struct.pack("<IBBH", 10, 2, 0, 0) + b"0123456789"
open("greeting", "wb").write(hello)
open("part", "wb").write(hello + push)
END
before=$(remote_state srv/acme.vault)
mkfifo line
for said in greeting part; do
  serve <line >answer 2>err &
  server=$!
  exec 9>line
  cat "$said" >&9
  timeout 30 tail --pid="$server" -f /dev/null || fail "a silent client is waited for: $said"
  exec 9>&-
  wait "$server" && fail 'the end of a silent client is no success'
  grep -aq '"type":"welcome"' answer || fail 'the greeting itself is wrong'
done
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a silent client changed the remote'

# No lock is left behind, and what arrived is used.
expect 0 vault -C ev push "$remote"
vault -C srv/acme.vault fsck -q
