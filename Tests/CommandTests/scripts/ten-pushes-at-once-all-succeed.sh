. ./remote.sh
make_remote
vault -C ev push "$remote" >/dev/null
for n in 0 1 2 3 4 5 6 7 8 9; do
  vault -C ev period open "soc2-$n" --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root -q
  echo "$n" >"f$n"
  vault -C ev commit --period "soc2-$n" --key collector --source s --collected 2026-03-01T00:00:00Z --as CC1/f "f$n" -q
done
for n in 0 1 2 3 4 5 6 7 8 9; do cp -r ev "copy$n"; done
for n in 0 1 2 3 4 5 6 7 8 9; do
  (vault -C "copy$n" push "$remote" --period "soc2-$n" >"out$n" 2>&1 || cat "out$n" >>failures) &
done
wait
[ ! -e failures ] || fail "$(cat failures)"
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = 24 ]
for n in 0 1 2 3 4 5 6 7 8 9; do vault -C srv/acme.vault cat "soc2-$n:CC1/f" | cmp - "f$n"; done
vault -C srv/acme.vault fsck -q
