. ./remote.sh
make_remote
for name in manager approver other; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add manager --key-file manager.pub --role manage --period 'soc2-*' --key root -q
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
vault -C ev trust add other --key-file other.pub --role approve --period 'soc2-*' --key root -q
echo evidence >f
echo late >g
put --as CC6.1/f f -q
vault -C ev remote add origin "$remote" -q
expect 0 vault -C ev push
id=$(vault -C ev trust list --json | sed -n 's/.*"vault":"\(sha256:[0-9a-f]*\)".*/\1/p')

# A clone that does not know yet that the period is closed.
cp -r ev behind
vault -C ev period close soc2-2026-h1 --key manager -q
expect 0 vault -C ev push
before=$(remote_state srv/acme.vault)
vault -C behind commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/g g -q
expect 3 vault -C behind push
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'the remote changed'
# Without a vault of its own the pipeline learns it from the remote.
expect 3 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC6.1 \
  --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/g g
says 'closed'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'the remote changed'

# Each approver seals from a copy of their own.
expect 0 vault clone "$remote" second --vault-id "$id" --no-checkout
expect 0 vault -C ev period seal soc2-2026-h1 --key approver
prints '1 of 2 approvers signed'
expect 0 vault -C ev push
vault -C second remote list >/dev/null
expect 0 vault -C second pull
expect 0 vault -C second period seal soc2-2026-h1 --key other
prints 'sealed: nothing can be added'
expect 0 vault -C second push
expect 0 vault -C ev pull
expect 0 vault -C ev period list
prints sealed
expect 0 vault -C ev fsck
expect 0 vault clone "$remote" audit --vault-id "$id" --period soc2-2026-h1
expect 0 vault -C audit fsck
before=$(remote_state srv/acme.vault)
expect 3 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC6.1 \
  --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/g g
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'the remote changed'
# A copy that made a commit before it knew, and one whose evidence comes late: the next period takes it.
expect 3 vault -C behind push
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'the remote changed'
vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --predecessor soc2-2026-h1 \
  --key manager -q
vault -C ev commit --period soc2-2026-h2 --concerns soc2-2026-h1 --key collector --source okta \
  --collected 2026-07-09T00:00:00Z --as CC6.1/g g -q
expect 0 vault -C ev push
prints 'periods/soc2-2026-h2  2 commits'
expect 0 vault -C srv/acme.vault fsck
