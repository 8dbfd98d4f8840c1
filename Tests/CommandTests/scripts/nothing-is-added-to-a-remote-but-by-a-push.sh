. ./lib.sh
make_local_remote
vault -C ev push -q
ssh-keygen -q -t ed25519 -N '' -f second
echo one >f
before=$(whole_state r.vault)
expect 3 vault -C r.vault commit --period soc2-2026-h1 --key collector --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/f f
says 'takes only what is pushed'
expect 3 vault -C r.vault period open soc2-2027 --framework soc2 --from 2027-01-01 --to 2028-01-01 --key root
expect 3 vault -C r.vault period close soc2-2026-h1 --key root
expect 3 vault -C r.vault trust add second --key-file second.pub --role collect --key root
expect 3 vault -C r.vault trust revoke collector --at 2026-01-01T00:00:00Z --reason lost --key root
[ "$(whole_state r.vault)" = "$before" ] || fail 'the remote was changed'
expect 0 vault -C r.vault fsck
prints 'sound (level logged'

# A log that lost its newest leaf is told as such, and nothing is accepted behind it.
put --as CC6.1/f f -q
vault -C ev push -q
sed -i '$d' r.vault/log/leaves.log
expect 4 vault -C ev fetch
says 'leaves'
! grep -q 'connection ended' err || fail 'the server broke off'
