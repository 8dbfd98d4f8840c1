. ./remote.sh
make_remote
echo one >f
put --as CC6.1/f f -q
expect 0 vault -C ev push "$remote"
prints 'periods/soc2-2026-h1  2 commits'
prints 'received '
vault -C srv/acme.vault fsck -q
vault -C srv/acme.vault cat soc2-2026-h1:CC6.1/f | cmp - f
before=$(remote_state srv/acme.vault)
expect 0 vault -C ev push "$remote"
prints 'nothing to push'
# Its answer may have been lost: the receipts are those of then.
prints 'periods/soc2-2026-h1  at 2'
prints 'received '
vault -C ev push "$remote" --json | grep -q '"receipt":{"checkpoint":'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a retry changed the remote'

# What is new alone is sent, and the log has one leaf for each commit and trust document.
echo two >g
put --as CC6.1/g g -q
expect 0 vault -C ev push "$remote" --period soc2-2026-h1
prints 'now at 3'
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = 6 ]
grep -q '"event":"push"' srv/acme.vault/access.log
