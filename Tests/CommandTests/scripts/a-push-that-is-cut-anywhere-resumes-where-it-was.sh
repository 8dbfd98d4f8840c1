. ./remote.sh
make_remote
# Server and client are killed after so many bytes: in the greeting, between questions, and inside a pack of 3 MB, whose
# bytes no compression makes fewer.
round=0
for cut in 10 400 900000 2900000; do
  for victim in server client; do
    round=$((round + 1))
    head -c 3000000 /dev/urandom >"f$round"
    put --as "CC6.1/f$round" "f$round" -q
    acknowledged=$(wc -l <srv/acme.vault/log/leaves.log)
    before=$(remote_state srv/acme.vault)
    set +e
    RELAY_UP=$cut RELAY_KILL=$victim RELAY_COUNT=sent relayed vault -C ev push "$relayed_remote" >out 2>err
    code=$?
    set -e
    [ "$code" != 0 ] || fail "cut $cut: no error"
    [ "$victim" = client ] || [ "$code" = 4 ] || fail "cut $cut: exit $code"
    [ "$(remote_state srv/acme.vault)" = "$before" ] || fail "cut $cut: the remote changed"
    [ "$(cat sent)" = "$cut" ] || fail "$(cat sent) bytes passed, not $cut"
    [ "$(wc -l <srv/acme.vault/log/leaves.log)" -ge "$acknowledged" ]
    # A server whose client is gone may still write down what came; its lock goes with it.
    have=0
    for part in srv/acme.vault/quarantine/*/*.part; do
      [ -e "$part" ] || continue
      flock "$part" true
      have=$((have + $(stat -c %s "$part" 2>/dev/null || echo 0)))
    done
    RELAY_COUNT=sent expect 0 relayed vault -C ev push "$relayed_remote"
    [ "$cut" -lt 900000 ] || [ "$have" -gt 0 ] || fail "cut $cut: nothing was kept"
    [ "$(cat sent)" -lt $((3000000 - have + 100000)) ] || fail "cut $cut: $have bytes were there, and $(cat sent) sent again"
    vault -C srv/acme.vault cat "soc2-2026-h1:CC6.1/f$round" | cmp - "f$round"
  done
done

# The answer is lost: the push was accepted, and its repetition gets the receipt that it had.
echo x >last
put --as CC6.1/last last -q
leaves=$(wc -l <srv/acme.vault/log/leaves.log)
head -c 3000000 /dev/urandom >big
put --as CC6.1/big big -q
RELAY_MUTE=3000000 RELAY_KILL=client relayed vault -C ev push "$relayed_remote" >out 2>err && fail 'no answer was lost'
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = $((leaves + 2)) ] || fail 'the push was not accepted'
RELAY_COUNT=sent expect 0 relayed vault -C ev push "$relayed_remote"
[ "$(cat sent)" -lt 10000 ] || fail 'what was accepted was sent again'
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = $((leaves + 2)) ] || fail 'the repetition was accepted twice'
expect 0 vault -C srv/acme.vault fsck
vault -C ev fsck -q
