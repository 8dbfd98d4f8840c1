. ./lib.sh
make_vault
echo x >f
sed -i 's/"format":1/"format":2/' ev/.vault/vault.json
for verb in 'ls soc2-2026-h1' 'log soc2-2026-h1' status 'trust list'; do
  # shellcheck disable=SC2086
  expect 3 vault -C ev $verb
  says 'format 2'
  says 'this is vault 0.1.0; a newer one'
done
expect 3 put --as CC1/f f
expect 2 vault -C nowhere status
says 'no vault'
