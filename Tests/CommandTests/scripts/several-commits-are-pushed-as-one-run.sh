. ./remote.sh
make_remote
expect 0 vault -C ev push "$remote" -q

# Eight commits with 300 KB each, which no compression makes fewer: one run, one line in the access log, a leaf for each.
commits() {
  for number in 1 2 3 4 5 6 7 8; do
    head -c 300000 /dev/urandom >"f$1-$number"
    put --as "CC6.1/f$1-$number" "f$1-$number" -q
  done
}
leaves() { wc -l <srv/acme.vault/log/leaves.log; }
pushes() { grep -c '"event":"push"' srv/acme.vault/access.log; }
commits a
(leaves; pushes) >before
expect 0 vault -C ev push "$remote"
prints '8 commits'
prints 'received '
(leaves; pushes) >after
[ "$(cat before after | paste -sd' ')" = "$(awk 'NR == 1 { l = $1 } END { print l, $1, l + 8, $1 + 1 }' before)" ] || fail "$(cat before after | paste -sd' ')"
vault -C srv/acme.vault fsck -q
vault -C ev fsck -q
for number in 1 8; do vault -C srv/acme.vault cat "soc2-2026-h1:CC6.1/fa-$number" | cmp - "fa-$number"; done

# Cut in the middle, nothing of the run is accepted, and what arrived is not sent again.
commits b
before=$(leaves)
RELAY_UP=1500000 RELAY_KILL=client RELAY_COUNT=sent relayed vault -C ev push "$relayed_remote" >out 2>err && fail 'no error'
[ "$(leaves)" = "$before" ] || fail 'a part of a run was accepted'
for part in srv/acme.vault/quarantine/*/*.part; do flock "$part" true; done
RELAY_COUNT=sent expect 0 relayed vault -C ev push "$relayed_remote"
[ "$(cat sent)" -lt 1300000 ] || fail "$(cat sent) bytes were sent again"
[ "$(leaves)" = $((before + 8)) ]

# An answer that was lost: the run stands.
commits c
RELAY_MUTE=2400000 RELAY_KILL=client relayed vault -C ev push "$relayed_remote" >out 2>err && fail 'no answer was lost'
[ "$(leaves)" = $((before + 16)) ] || fail 'the run was not accepted'
expect 0 vault -C ev push "$remote"
prints 'nothing to push'
vault -C srv/acme.vault fsck -q
[ -z "$(ls srv/acme.vault/quarantine/*/ 2>/dev/null)" ] || fail 'parts are left'

# A key that counts no more spoils the run that it signed into, and nothing of it stands.
commits d
vault -C ev trust revoke collector --at 2026-01-01T00:00:00Z --reason stolen --key root -q
before=$(leaves)
expect 3 vault -C ev push "$remote"
[ "$(leaves)" = $((before + 1)) ] || fail 'more than the trust document was accepted'
# The key is revoked from before its earlier commits on: those are told of.
expect 1 vault -C srv/acme.vault fsck -q
