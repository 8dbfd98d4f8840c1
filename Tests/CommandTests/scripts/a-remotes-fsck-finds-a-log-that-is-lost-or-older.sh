. ./lib.sh
make_vault
vault init --bare r.vault --from ev -q
# What was just made has accepted the trust documents, and nothing else.
expect 0 vault -C r.vault fsck
prints 'sound'
cp -r r.vault fresh
rm -r fresh/log
expect 1 vault -C fresh fsck
prints 'error: log-mismatch: log/checkpoint'

# A bare vault that never had a log has none to lose.
cp -r fresh bare
rm bare/log.pub bare/log.key
expect 0 vault -C bare fsck

vault -C ev trust log add origin --log-key r.vault/log.pub --key root -q
for number in 1 2 3; do
  echo "$number" >"f$number"
  put --as "CC6.1/f$number" "f$number" -q
  vault -C ev push ./r.vault -q
  [ "$number" != 2 ] || cp -r r.vault/log older
done
expect 0 vault -C r.vault fsck
prints 'sound (level logged'

# broken CHANGE: a copy after this change of its log must not be called sound.
broken() {
  rm -rf copy
  cp -r r.vault copy
  (cd copy && eval "$1")
  expect 1 vault -C copy fsck
  prints 'error: log-mismatch: '
  prints 'NOT SOUND'
}
broken 'rm log/checkpoint'
prints 'log/checkpoint'
broken 'rm -r log'
prints 'log/checkpoint'
broken 'rm log.pub'
prints 'log.pub'
broken 'echo x >log.pub'
prints 'log.pub'
broken 'rm log/leaves.log'
prints 'leaves.log is gone'
broken 'rm log/leaves.log log/hashes'
prints 'leaves.log is gone'
broken 'rm -r log && cp -r ../older log'
prints 'periods/soc2-2026-h1@4'
prints 'has not accepted it'
# Leaves that are changed, or stand behind what was signed.
broken 'sed -i 3d log/leaves.log'
broken 'sed -i "3s/received\":\"2/received\":\"3/" log/leaves.log'
broken 'echo x >>log/leaves.log'
broken 'tail -n 1 log/leaves.log >last && cat last >>log/leaves.log && rm last'
# Also where the stored hash of the leaf was made to fit.
broken 'sed -i "3s/\(signatures\":\"sha256:\)..../\10000/" log/leaves.log && python3 -c "
import hashlib
leaf = open(\"log/leaves.log\", \"rb\").read().split(b\"\\n\")[2]
with open(\"log/hashes\", \"r+b\") as file:
    file.seek(3 * 32)
    file.write(hashlib.sha256(b\"\\0\" + leaf).digest())
"'
prints 'log/leaves.log'

# A whole period that the log accepted and the vault lacks.
broken 'rm -r refs/periods packs/soc2-2026-h1 index'
prints 'the ref lacks it'

# A torn leaf is what a writer left that died.
cp -r r.vault torn
printf '{"commit' >>torn/log/leaves.log
expect 1 vault -C torn fsck
prints 'warning: unfinished-write: log/leaves.log'
vault -C torn checkpoint renew -q
expect 0 vault -C torn fsck
