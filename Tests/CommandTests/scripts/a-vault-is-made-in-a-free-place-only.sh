. ./lib.sh
make_vault
vault init bare --bare --key root -q
before=$(whole_state bare)
mkdir -p ev/below
for place in bare bare/refs bare/new ev/below ev/below/new ev/.vault; do
  expect 3 vault init "$place" --key root
  says 'would lie in the vault'
done
expect 3 vault init ev --bare --key root
expect 3 vault init ev --key root
says 'vault already'
[ "$(whole_state bare)" = "$before" ] || fail 'a refused init left something behind'
[ ! -e ev/below/new ]

echo x >file
for place in file file/below; do
  expect 2 vault init "$place" --key root
  says 'is no folder'
  expect 2 vault init "$place" --bare --key root
  says 'is no folder'
done
expect 3 vault -C ev period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root
says 'exists already'
