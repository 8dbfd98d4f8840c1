. ./lib.sh
make_vault
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault init --bare r.vault --from ev -q
vault -C ev trust log add origin --log-key r.vault/log.pub --key root -q
commit() {
  echo "$1" >"f$1"
  put --as "CC6.1/f$1" "f$1" -q
}
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do commit "$number"; done
vault -C ev push ./r.vault -q
log=r.vault/log
cp $log/leaves.log sound
commit 21

# refused CHANGE: with its leaves changed so, a remote takes nothing and signs nothing, and a check of it says so.
refused() {
  eval "$1"
  cp -r $log before
  expect 4 vault -C ev push ./r.vault
  expect 1 vault -C r.vault checkpoint renew
  for file in leaves.log checkpoint hashes; do cmp "before/$file" "$log/$file"; done
  rm -r before
  expect 1 vault -C r.vault fsck
  prints 'error: log-mismatch: log/leaves.log'
  cat sound >$log/leaves.log
  expect 1 vault -C r.vault fsck
  if grep '^error' out; then fail 'the log is mended, and what the push left is only unfinished'; fi
}
refused 'sed -i 3d $log/leaves.log'
refused 'sed -i 1d $log/leaves.log'
refused 'sed -i 3p $log/leaves.log'
refused "sed -i '3s/,/, /' \$log/leaves.log"
refused "sed -i '20s/received\":\"2/received\":\"3/' \$log/leaves.log"
refused ': >$log/leaves.log'

# Far back and of the same length, a change is not seen by a push, which goes on from the hashes; a check sees it, and
# what was there before mends it.
sed -i '3s/received":"2/received":"3/' $log/leaves.log
expect 0 vault -C ev push ./r.vault
expect 1 vault -C r.vault fsck
prints 'error: log-mismatch: log/leaves.log'
{ cat sound; tail -n 1 $log/leaves.log; } >mended
cat mended >$log/leaves.log
expect 0 vault -C r.vault fsck
prints '(level logged'
expect 0 vault clone ./r.vault copy --vault-id "$id"
expect 0 vault -C copy fsck
