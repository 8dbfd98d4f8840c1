. ./lib.sh
make_vault
for name in manager approver other; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add manager --key-file manager.pub --role manage --period 'soc2-*' --key root -q
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
vault -C ev trust add other --key-file other.pub --role approve --period 'soc2-*' --key root -q
echo '[{"series":"review","system":"okta","cadence":"quarterly"}]' >expectations.json
vault -C ev period amend soc2-2026-h1 --expect expectations.json --reason 'from the control matrix' --key manager -q
echo first >f
put --series review --as CC6.1/q1 f -q
seal() { vault -C ev period seal soc2-2026-h1 "$@"; }

expect 3 seal --key approver
says 'only a closed one can be sealed'
expect 3 vault -C ev period close soc2-2026-h1 --key approver
says 'may not close the period'
expect 3 vault -C ev period close soc2-2026-h1 --key root
expect 0 vault -C ev period close soc2-2026-h1 --reason 'the audit begins' --key manager
prints 'closed soc2-2026-h1: it takes no more evidence'
expect 0 vault -C ev period list
prints 'soc2-2026-h1             closed'

# A closed period takes no evidence; a retry of what stands is none.
echo second >g
expect 3 put --as CC6.1/q2 g
says 'is closed'
grep -qF 'commit it there with --concerns soc2-2026-h1' err || fail 'the way out'
expect 0 put --series review --as CC6.1/q1 f
prints 'nothing to add'
expect 3 vault -C ev period close soc2-2026-h1 --key manager
expect 3 vault -C ev period amend soc2-2026-h1 --expect expectations.json --reason r --key manager

# The seal is refused while something is missing.
expect 1 seal --key approver
says 'cannot be sealed: 1 finding nobody has waived'
prints 'open: series-missing:review/2026-04-01'
expect 0 vault -C ev waive soc2-2026-h1 series-missing:review/2026-04-01 --reason 'no reviews that spring' \
  --key approver
expect 3 seal --key collector
says 'may not seal the period'
expect 0 seal --show --key approver
prints 'documents  1'
prints 'waived     series-missing:review/2026-04-01, by approver: no reviews that spring'
prints 'signed     by 0 of 2 approvers'
expect 0 seal --key approver
prints '1 of 2 approvers signed'
prints 'not sealed yet'
expect 0 vault -C ev period show soc2-2026-h1
prints 'state      closed, 1 of 2 approvers signed the seal'
expect 3 seal --key approver
says 'has sealed the period soc2-2026-h1 already'
expect 0 seal --show
prints 'signed     by 1 of 2 approvers'
expect 1 seal --export half
sh half/verify.sh >out 2>err && fail 'half a seal is proved'
grep -qF '1 of 2 approvers signed' err || fail 'what is not proved'

# A line of another kind ends what was signed: the next approver signs a new document.
bad=$(vault -C ev log soc2-2026-h1 | sed -n 's/^commit \([0-9a-f]*\)  (3)$/\1/p')
expect 0 vault -C ev repudiate soc2-2026-h1 --commit "$bad" --reason 'the wrong tenant' --key other
expect 1 seal --key other
prints 'open: series-missing:review/2026-01-01'
expect 0 vault -C ev waive soc2-2026-h1 series-missing:review/2026-01-01..2026-04-01 --reason 'known' --key other
expect 0 seal --key other --json
prints '"sealed":false'
expect 0 seal --show --json
prints '"repudiated":[3]'
expect 0 seal --key approver
prints '2 of 2 approvers signed'
prints 'sealed: nothing can be added to soc2-2026-h1'
expect 0 vault -C ev period list
prints 'soc2-2026-h1             sealed'
expect 0 vault -C ev fsck
prints 'sound, with disclosures'

# A sealed period takes nothing, with the index and without.
for index in with without; do
  [ $index = with ] || rm -r ev/.vault/index
  before=$(state ev)
  expect 3 put --as CC6.1/q2 g
  says 'is sealed: nothing can be added to it'
  expect 3 vault -C ev waive soc2-2026-h1 series-missing:review/2026-01-01 --reason r --key approver
  expect 3 vault -C ev repudiate soc2-2026-h1 --commit "$bad" --reason r --key approver
  expect 3 seal --key approver
  says 'is sealed'
  expect 3 vault -C ev period close soc2-2026-h1 --key manager
  [ "$(state ev)" = "$before" ] || fail 'a refusal left something behind'
done

# What others need to believe it, without this program.
expect 0 seal --export proof
expect 0 sh proof/verify.sh
prints 'proved: 2 approvers signed it'
ssh-keygen -Y verify -f proof/allowed_signers -I other -n seal@evidence-vault.org -s proof/signature-1.sig \
  <proof/seal.json >/dev/null
sed 's/"documents":0/"documents":1/' proof/seal.json >forged
cmp -s forged proof/seal.json && fail 'nothing was forged'
cp forged proof/seal.json
expect 1 sh proof/verify.sh
expect 3 seal --export proof

# Late evidence goes to the next period, whose seal names this one's.
vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --predecessor soc2-2026-h1 \
  --approvers 1 --key manager -q
late() {
  vault -C ev commit --period soc2-2026-h2 --key collector --control CC6.1 --source okta \
    --collected 2026-03-01T00:00:00Z "$@"
}
expect 3 late --as CC6.1/late g
expect 3 late --concerns soc2-2026-h2 --as CC6.1/late g
says 'the very period'
expect 2 late --concerns 'no period' --as CC6.1/late g
# It is an earlier period that evidence concerns; of one that this vault does not have nobody can tell.
vault -C ev period open soc2-2027 --framework soc2 --from 2026-07-01 --to 2027-07-01 --key manager -q
expect 3 late --concerns soc2-2027 --as CC6.1/late g
says 'soc2-2027 is no earlier period'
vault -C ev add --source okta --control CC6.1 --concerns soc2-2027 --as CC6.1/staged g -q
expect 3 vault -C ev commit --period soc2-2026-h2 --key collector
says 'soc2-2027 is no earlier period'
vault -C ev add --clear -q
expect 0 late --concerns soc2-2025 --as CC6.1/elsewhere g
grep -qF 'vault: warning: this vault has no period soc2-2025' err || fail 'a period that is not there'
expect 0 late --concerns soc2-2026-h1 --as CC6.1/late g
[ ! -s err ] || fail 'a warning of a period that is there'
expect 0 vault -C ev show soc2-2026-h2:CC6.1/late
prints 'concerns   soc2-2026-h1'
expect 0 vault -C ev ls soc2-2026-h2
prints 'concerns soc2-2026-h1'
vault -C ev add --source okta --control CC6.1 --concerns soc2-2026-h1 --as CC6.1/staged g -q
expect 0 vault -C ev commit --period soc2-2026-h2 --key collector --json
prints '"concerns":"soc2-2026-h1"'
vault -C ev period close soc2-2026-h2 --key manager -q
expect 0 vault -C ev period seal soc2-2026-h2 --key other
prints 'sealed: nothing can be added to soc2-2026-h2'
expect 0 vault -C ev period seal soc2-2026-h2 --show
prints 'follows    soc2-2026-h1, seal sha256:'
expect 0 vault -C ev fsck
prints 'sound, with disclosures'

# Both at once.
vault -C ev period open soc2-both --framework soc2 --from 2026-07-01 --to 2027-01-01 --key manager -q
vault -C ev period close soc2-both --key manager -q
expect 2 vault -C ev period seal soc2-both --key other --key other
says 'named twice'
expect 0 vault -C ev period seal soc2-both --key other --key approver
prints '2 of 2 approvers signed'
expect 0 vault -C ev fsck

# A period that is not sound is not sealed.
vault -C ev period open soc2-hurt --framework soc2 --from 2026-07-01 --to 2027-01-01 --key manager -q
vault -C ev commit --period soc2-hurt --key collector --source okta --as CC6.1/f f -q \
  --collected 2026-08-01T00:00:00Z
vault -C ev period close soc2-hurt --key manager -q
flip ev/.vault/packs/soc2-hurt/000001.pack 700
expect 1 vault -C ev period seal soc2-hurt --key other
