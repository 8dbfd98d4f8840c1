. ./lib.sh
make_local_remote
vault -C ev push -q
vault_id=$(sed 's/.*"vault":"\(sha256:[0-9a-f]*\)".*/\1/' ev/.vault/vault.json)
echo 1 >f
put --as CC6.1/f1 f -q
vault -C ev push -q
# The newest line of the period is gone at the remote, and its index with it; the log has its leaf.
sed -i '$d' r.vault/refs/periods/soc2-2026-h1.log
rm -rf r.vault/index
head -c 3000000 /dev/urandom >large
for attempt in 1 2; do
  before=$(find r.vault/packs -type f -exec wc -c {} + | tail -n 1)
  expect 4 vault commit --remote ./r.vault --vault-id "$vault_id" --period soc2-2026-h1 --key collector --control CC6.1 \
    --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/large large
  [ "$(find r.vault/packs -type f -exec wc -c {} + | tail -n 1)" = "$before" ] || fail 'packs grew'
done
