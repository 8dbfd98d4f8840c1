if [ "${1:-}" != inside ]; then
  if [ "$(id -u)" = 0 ]; then exec unshare -m sh "$0" inside; fi
  if unshare -rm true 2>/dev/null; then exec unshare -rm sh "$0" inside; fi
  echo 'SKIPPED: mounting is not allowed here'
  exit 0
fi
# One transport is enough: the disk is the same.
ONLY_TRANSPORT=local
. ./remote.sh
mkdir srv
mount -t tmpfs -o size=3m tmpfs srv
make_remote
echo x >f
put --as CC6.1/f f -q
vault -C ev push "$remote" >/dev/null
before=$(remote_state srv/acme.vault)
head -c 4000000 /dev/urandom >big
put --as CC6.1/big big -q
expect 4 vault -C ev push "$remote"
says 'no space left on device'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a push that failed changed the remote'
grep -q '"code":"failed"' srv/acme.vault/access.log || echo 'the access log had no room'
mount -o remount,size=60m srv
expect 0 vault -C ev push "$remote"
vault -C srv/acme.vault cat soc2-2026-h1:CC6.1/big | cmp - big
vault -C srv/acme.vault fsck -q
