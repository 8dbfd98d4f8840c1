. ./remote.sh
make_remote
vault -C ev push "$remote" -q
# 300 kB that nothing compresses lie in the pack as they are, so nearly every byte that is sent is one of theirs.
head -c 300000 /dev/urandom >f
put --as CC6.1/f f -q
cp -r srv/acme.vault again.vault
RELAY_COUNT=sent expect 0 relayed vault -C ev push "$relayed_remote"
total=$(cat sent)
rm -r srv/acme.vault ev/.vault/receipts
mv again.vault srv/acme.vault
before=$(remote_state srv/acme.vault)
# In the evidence; in the log pack behind it, with commit, lines and signature.
for back in 250000 200001 150002 100003 50004 900 600 300; do
  set +e
  RELAY_FLIP=$((total - back)) relayed vault -C ev push "$relayed_remote" >out 2>err
  code=$?
  set -e
  [ "$code" = 3 ] || { cat out err; fail "$back bytes before the end: exit $code"; }
  says 'pack'
  [ "$(remote_state srv/acme.vault)" = "$before" ] || fail "$back bytes before the end: the remote changed"
  grep '"event":"push"' srv/acme.vault/access.log | tail -n 1 | grep -q '"code":"malformed"' || fail 'the access log does not tell'
  [ -z "$(find srv/acme.vault/quarantine -type f)" ] || fail 'parts of the pack were kept'
done
# In the questions: no push, and no harm.
for at in 3 20 60; do
  set +e
  RELAY_FLIP=$at relayed vault -C ev push "$relayed_remote" >out 2>err
  code=$?
  set -e
  [ "$code" = 3 ] || [ "$code" = 4 ] || { cat out err; fail "byte $at: exit $code"; }
  [ "$(remote_state srv/acme.vault)" = "$before" ] || fail "byte $at: the remote changed"
done
# The next one, on which nothing changes, is taken.
expect 0 vault -C ev push "$remote"
prints 'received 20'
vault -C srv/acme.vault cat soc2-2026-h1:CC6.1/f | cmp - f
vault -C srv/acme.vault fsck -q
