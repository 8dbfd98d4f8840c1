. ./lib.sh
make_vault
for name in laptop approver; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add laptop --key-file laptop.pub --role collect --period 'soc2-*' --path 'CC*/**' --key root -q
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
echo honest >honest
echo forged >forged
put --as CC6.1/honest honest -q
vault -C ev commit --period soc2-2026-h1 --key laptop --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/forged forged -q

# The theft is noticed: the key does not count from before that commit on.
vault -C ev trust revoke laptop --at 2026-01-01T00:00:00Z --reason 'laptop stolen' --key root -q
expect 1 vault -C ev fsck
prints 'signer-not-authorized: periods/soc2-2026-h1@3'
expect 1 vault -C ev log soc2-2026-h1
prints 'NOT VERIFIED'

# An approver says that it must not count: the vault explains itself again.
stolen=$(vault -C ev log soc2-2026-h1 --json | sed -n 's/.*"commit":"sha256:\([0-9a-f]*\)".*"sequence":3,.*/\1/p')
vault -C ev repudiate soc2-2026-h1 --commit "$stolen" --reason 'signed by the stolen laptop' --key approver -q
expect 0 vault -C ev fsck
prints 'sound, with disclosures'
prints 'signed by the stolen laptop'
prints 'signer-not-authorized, in a commit that commit 4 repudiates'
expect 0 vault -C ev fsck --json
prints '"sound":true'
prints '"findings":[]'
expect 0 vault -C ev log soc2-2026-h1
prints 'NOT VERIFIED'
expect 0 vault -C ev ls soc2-2026-h1
prints 'CC6.1/honest'
grep -qF 'forged' out && fail 'what does not count is listed'

# Damage to it is damage all the same.
cp -r ev hurt
sed -i 's/"sequence":3/"sequence":4/' hurt/.vault/refs/periods/soc2-2026-h1.log
expect 1 vault -C hurt fsck
