. ./lib.sh
make_vault
echo x >f
outside() {
  vault -C ev commit --period soc2-2026-h1 --key collector --source s --as CC1/f --collected 2026-03-01T00:00:00Z "$@" f
}
expect 3 outside --effective-from 2025-12-01T00:00:00Z --effective-to 2025-12-31T00:00:00Z
says 'outside the period'
expect 3 outside --effective-from 2026-06-01T00:00:00Z --effective-to 2026-07-02T00:00:00Z
expect 3 vault -C ev commit --period soc2-2026-h1 --key collector --source s --as CC1/f --collected 2025-12-31T23:59:59Z f
# A period that has been over for long, by its days of grace too.
vault -C ev period open soc2-2024 --framework soc2 --from 2024-01-01 --to 2025-01-01 --grace-days 30 --key root -q
expect 3 vault -C ev commit --period soc2-2024 --key collector --source s --as CC1/f --collected 2025-02-01T00:00:00Z f
expect 0 vault -C ev commit --period soc2-2024 --key collector --source s --as CC1/f --collected 2025-01-30T00:00:00Z f
expect 0 outside --effective-from 2026-01-01T00:00:00Z --effective-to 2026-07-01T00:00:00Z
expect 0 vault -C ev commit --period soc2-2026-h1 --key collector --source s --as CC1/g --collected 2025-12-31T23:59:59Z \
  --late 'found after the audit began' f --json
prints '"late":"found after the audit began"'
vault -C ev fsck -q
