. ./lib.sh
make_vault
echo x >f
for time in 2026-06-30T23:00:00 2026-06-30 yesterday 2026-02-30T00:00:00Z 2026-06-30T25:00:00Z 2026-06-30T23:00:60Z \
  2026-06-30T23:00:00.0001Z ''; do
  expect 2 vault -C ev commit --period soc2-2026-h1 --key collector --source s --as CC1/f --collected "$time" f
  says 'vault: error: --collected'
done
expect 2 put --effective-from 2026-01-01T00:00:00Z --as CC1/f f
says 'go together'
expect 2 put --effective-from 2026-03-01T00:00:00Z --effective-to 2026-02-01T00:00:00Z --as CC1/f f
for to in 2026-13-01 2026-06-31 soon 2025-01-01 2026-07-01T00:00:00; do
  expect 2 vault -C ev period open soc2-x --framework soc2 --from 2026-01-01 --to "$to" --key root
done
# Offsets are turned into UTC.
vault -C ev commit --period soc2-2026-h1 --key collector --source s --as CC1/f --collected 2026-03-01T01:30:00+02:00 f -q
expect 0 vault -C ev ls soc2-2026-h1 --json
prints '"collected":"2026-02-28T23:30:00.000Z"'
