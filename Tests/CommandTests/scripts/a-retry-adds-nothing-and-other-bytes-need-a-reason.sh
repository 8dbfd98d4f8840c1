. ./lib.sh
make_vault
echo one >f
put --as CC6.1/f f -q
before=$(state ev)
expect 0 put --as CC6.1/f f
prints 'nothing to add'
# The collected time alone makes no difference: a retry happens later than the first try.
expect 0 vault -C ev commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-02T00:00:00Z --as CC6.1/f f --json
prints '"entries":[]'
prints '"sequence":2'
expect 3 vault -C ev commit --period soc2-2026-h1 --key collector --control CC6.2 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/f f
says 'the same bytes and other metadata'
echo two >f
expect 3 put --as CC6.1/f f
says 'other bytes'
[ "$(state ev)" = "$before" ] || fail 'a refused commit left something behind'
expect 2 put --supersede --as CC6.1/f f
expect 2 put --reason 'no flag' --as CC6.1/f f
expect 0 put --supersede --reason 'the export was cut short' --as CC6.1/f f --json
prints '"revision":2'
[ "$(vault -C ev cat soc2-2026-h1:CC6.1/f)" = two ]
[ "$(vault -C ev cat soc2-2026-h1:CC6.1/f --revision 1)" = one ]
[ "$(vault -C ev ls soc2-2026-h1 | wc -l)" = 1 ]
[ "$(vault -C ev ls soc2-2026-h1 --all | wc -l)" = 2 ]
vault -C ev fsck -q
