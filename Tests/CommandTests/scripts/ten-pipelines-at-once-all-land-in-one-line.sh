. ./remote.sh
put_there() {
  name=$1
  shift
  vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
    --source github --collected 2026-03-01T00:00:00Z --as "CC6.1/$name" "$name" "$@"
}
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote"
vault -C ev push -q
for number in 1 2 3 4 5 6 7 8 9 10; do
  echo "$number" >"p$number.json"
  put_there "p$number.json" -q 2>"err$number" || echo "$number" >>failed &
done
wait
[ ! -e failed ] || { cat err*; fail 'a pipeline failed'; }
expect 0 vault -C srv/acme.vault fsck
prints '11 commits, 10 entries'
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = 14 ] || fail 'the log has other than 14 leaves'
expect 0 vault -C ev pull
prints '10 commits'
for number in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(vault -C ev cat soc2-2026-h1:CC6.1/p$number.json)" = "$number" ] || fail "entry $number is another"
done
[ -z "$(find srv/acme.vault/quarantine -type f)" ] || fail 'parts of packs are left'
