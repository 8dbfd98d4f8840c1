. ./lib.sh
make_vault
echo x >f
put --as CC1/f f -q
expect 2 vault -C ev cat soc2-2026-h1:CC1/missing
says 'no evidence at CC1/missing'
expect 2 vault -C ev cat soc2-2025:CC1/f
says 'no period soc2-2025'
expect 2 vault -C ev cat 0000
says 'no object'
expect 2 vault -C ev cat nonsense
expect 2 vault -C ev verify-commit 0000000000
expect 2 vault -C ev commit --period soc2-2026-h1 --key nokey --source s --as CC1/f f
says 'no such key file'
expect 2 vault -C ev commit --period soc2-2026-h1 --key collector --as CC1/f f
says '--source is missing'
expect 2 vault -C ev commit --key collector --source s --as CC1/f f
says 'the period is missing'
expect 2 vault -C ev nonsense
expect 2 vault -C ev ls
expect 2 vault
expect 0 vault --help
expect 0 vault commit --help
grep -q 'Exit codes' out
expect 3 vault init ev --key root
says 'vault already'
mkdir full
echo x >full/f
expect 3 vault init full --bare --key root
says 'not empty'
vault -C ev ls soc2-2026-h1 --json | head -c 1 >/dev/null
