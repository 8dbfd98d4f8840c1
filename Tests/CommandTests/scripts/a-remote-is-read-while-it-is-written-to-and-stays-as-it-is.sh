# A read-only mount, in a name space of its own where that takes no root.
if [ "${1:-}" != inside ]; then
  if [ "$(id -u)" = 0 ]; then exec unshare -m sh "$0" inside; fi
  if unshare -rm true 2>/dev/null; then exec unshare -rm sh "$0" inside; fi
  echo 'SKIPPED: mounting is not allowed here'
  exit 0
fi
. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
for number in 1 2; do
  echo $number >f$number
  put --as CC6.1/f$number f$number -q
done
vault -C ev push -q
vault clone "$remote" early --vault-id "$id" --no-checkout -q
echo 3 >f3
put --as CC6.1/f3 f3 -q
vault -C ev push -q

# Another process holds each lock that a writer takes: of the log, of the period and of trust.
cat >hold.py <<'END'
import fcntl, os, sys
held = []
for path in sys.argv[1:]:
    held.append(os.open(path, os.O_RDONLY))
    fcntl.flock(held[-1], fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
END
mkfifo begun go
python3 hold.py srv/acme.vault/log srv/acme.vault/packs/soc2-2026-h1 srv/acme.vault/packs/@vault srv/acme.vault/refs \
  srv/acme.vault/refs/* srv/acme.vault/refs/periods/* <go >begun &
holder=$!
exec 8>go
read -r _ <begun
# whole FOLDER: every name, kind, size, time and byte below it but those of the access log.
whole() {
  (cd "$1" && find . ! -name access.log ! -path . -printf '%p %y %m %s %T@\n' | LC_ALL=C sort && remote_state .)
}
before=$(whole srv/acme.vault)
expect 0 timeout 60 vault -C early pull
prints '1 commit'
expect 0 timeout 60 vault clone "$remote" held --vault-id "$id"
expect 0 timeout 60 vault -C held fsck
prints 'sound (level logged'
# Somebody who pushes does wait for the lock: it is the one that counts.
echo 4 >f4
put --as CC6.1/f4 f4 -q
cp -r ev waiting
timeout 2 vault -C waiting push -q >out 2>err && fail 'a push did not wait for the lock'
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = "$(wc -l <held/.vault/receipts/origin.log)" ] || fail 'a push was accepted'
# Before the lock is free: a push whose answer nobody waits for any more may be accepted then.
[ "$(whole srv/acme.vault | grep -v quarantine)" = "$(echo "$before" | grep -v quarantine)" ] || fail 'a reader wrote to the remote'
exec 8>&-
wait "$holder"
expect 0 vault -C ev push

# On a read-only mount everything can be read, without an index too; a push is the environment's fault.
rm -rf srv/acme.vault/index
echo 5 >f5
put --as CC6.1/f5 f5 -q
mount --bind srv srv
mount -o remount,bind,ro srv
expect 0 vault clone "$remote" from-read-only --vault-id "$id"
expect 0 vault -C from-read-only fsck
prints 'sound (level logged'
expect 0 vault -C early pull
expect 4 vault -C ev push
# The server of the push that was refused may not have ended yet.
umount -l srv
expect 0 vault -C ev push
vault -C srv/acme.vault fsck -q
