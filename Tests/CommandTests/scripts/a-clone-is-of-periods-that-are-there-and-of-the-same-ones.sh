. ./remote.sh
make_remote
vault -C ev remote add origin "$remote" -q
vault -C ev period open soc2-other --framework soc2 --from 2026-01-01 --to 2027-01-01 --key root -q
echo one >f
put --as CC6.1/one f -q
vault -C ev push -q

expect 2 vault clone "$remote" none --period nothing
says 'shows no period nothing'
expect 0 vault clone "$remote" none --period soc2-2026-h1
expect 2 vault -C none pull --period 'iso-*'
says 'shows no period iso-*'

# The same again goes on; another period would stand among the first one's files, and pull forget the first.
expect 0 vault clone "$remote" none --period soc2-2026-h1
expect 3 vault clone "$remote" none --period soc2-other
says 'is a clone of soc2-2026-h1'
expect 3 vault clone "$remote" none
expect 0 vault -C none pull --period soc2-other
expect 0 vault -C none period list
prints soc2-other

# What a killed checkout left is cleared away by the next.
: >none/CC6.1/.vault-checkout-6d4febb3c2ab0336
expect 0 vault -C none checkout soc2-2026-h1 --to none
[ "$(ls -A none/CC6.1)" = one ] || fail 'something is left in the folder of the evidence'
echo other >other
rm -f none/CC6.1/one
cp other none/CC6.1/one
expect 3 vault clone "$remote" none --period soc2-2026-h1
says 'choose another folder'
