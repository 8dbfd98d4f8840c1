. ./lib.sh
make_vault
vault init --bare r.vault --from ev -q
vault -C ev trust log add origin --log-key r.vault/log.pub --key root -q
for number in 1 2 3 4; do
  echo "$number" >"f$number"
  put --as "CC6.1/f$number" "f$number" -q
done
expect 0 vault -C ev push ./r.vault -q
vault -C r.vault fsck -q

# The log lists what was accepted: two lines that are cut off are no run that was broken off.
cp -r r.vault cut
refs=cut/refs/periods/soc2-2026-h1.log
head -n -2 "$refs" >kept && cat kept >"$refs"
rm -r cut/index
expect 1 vault -C cut fsck
prints 'error: ref-line-missing'

# Nor is a ref whose file is gone; it is not begun again.
cp -r r.vault gone
rm gone/refs/periods/soc2-2026-h1.log
rm -r gone/index
expect 1 vault -C gone fsck
prints 'error: ref-missing'
expect 1 vault -C ev push ./gone
says 'accepted commit 5 of periods/soc2-2026-h1'
