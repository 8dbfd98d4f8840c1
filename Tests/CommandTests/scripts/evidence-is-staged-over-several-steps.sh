. ./lib.sh
make_vault
echo a >a.txt
echo b >b.txt
vault -C ev add --source okta --control CC6.1 --collected 2026-03-01T00:00:00Z --as CC6.1/a.txt a.txt -q
vault -C ev add --source okta --control CC6.2 --collected 2026-03-01T00:00:00Z --as CC6.2/ b.txt -q
expect 0 vault -C ev status
prints CC6.1/a.txt
prints CC6.2/b.txt
rm a.txt b.txt
expect 0 vault -C ev commit --period soc2-2026-h1 --key collector -m 'two steps' --json
prints '"sequence":2'
expect 0 vault -C ev status
prints 'nothing is staged'
[ "$(vault -C ev cat soc2-2026-h1:CC6.2/b.txt)" = b ]
expect 2 vault -C ev commit --period soc2-2026-h1 --key collector -m 'again'
says 'nothing is staged'
vault -C ev fsck -q
