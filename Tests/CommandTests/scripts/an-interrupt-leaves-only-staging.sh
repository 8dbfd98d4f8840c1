. ./lib.sh
make_vault
echo x >f
put --as CC1/f f -q
mkfifo pipe
before=$(state ev)
# The command has read all that the pipe gave and waits for more: it is certainly in the middle when it is stopped.
(
  exec 3>pipe
  head -c 40000000 /dev/urandom >&3
  kill -INT "$(cat pid)"
  while kill -0 "$(cat pid)" 2>/dev/null; do :; done
) &
set +e
sh -c 'echo $$ >pid; exec vault -C ev commit --period soc2-2026-h1 --key collector --source s \
  --collected 2026-03-01T00:00:00Z --as CC1/big -' <pipe
code=$?
set -e
[ "$code" != 0 ] || fail 'a stopped command succeeded'
wait
rm -rf ev/.vault/staging
[ "$(state ev)" = "$before" ] || fail 'a stopped command left more than staging'
vault -C ev fsck -q
put --as CC1/g f -q
vault -C ev fsck -q
