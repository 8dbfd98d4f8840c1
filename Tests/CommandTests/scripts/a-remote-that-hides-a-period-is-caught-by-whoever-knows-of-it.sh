. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
vault -C ev period open soc2-other --framework soc2 --from 2026-01-01 --to 2027-01-01 --key root -q
echo one >f
put --as CC6.1/one f -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
cp -r audit behind
echo two >g
put --as CC6.1/two g -q
vault -C ev push -q

# A client that followed the log for another period knows what this one should have.
expect 0 vault -C behind pull --period soc2-other
rm -rf srv/acme.vault/index
sed -i '$d' srv/acme.vault/refs/periods/soc2-2026-h1.log
for attempt in 1 2; do
  expect 1 vault -C behind pull
  says 'and shows only'
done

# The whole ref is gone.
rm -rf srv/acme.vault/index srv/acme.vault/refs/periods/soc2-2026-h1.log
for attempt in 1 2; do
  expect 1 vault -C audit pull
  says 'does not show periods/soc2-2026-h1'
  expect 1 vault clone "$remote" again --vault-id "$id" --period soc2-2026-h1
  says 'does not show periods/soc2-2026-h1'
done
