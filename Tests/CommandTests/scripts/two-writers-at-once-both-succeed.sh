. ./lib.sh
make_vault
for n in 1 2 3 4 5 6 7 8; do
  echo "$n" >"f$n"
  (put --as "CC1/f$n" "f$n" -q || echo "writer $n failed" >>failures) &
done
wait
[ ! -e failures ] || fail "$(cat failures)"
[ "$(vault -C ev ls soc2-2026-h1 | wc -l)" = 8 ]
expect 0 vault -C ev log soc2-2026-h1 --json
[ "$(grep -c '"sequence"' out)" = 9 ]
vault -C ev fsck -q
