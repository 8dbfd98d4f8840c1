. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
settings=ev/.vault/config.json

# population NAME COUNT: one with so many records.
population() {
  for n in $(seq "$2"); do printf '{"n":%s}\n' "$n"; done >"$1.ndjson"
  put --kind population --id-field /n --as "CC8.1/$1.ndjson" "$1.ndjson" -q
}
population one 1
population four 4
population twelve 12
population weeks 53
population days 366
population more 400
# drawn POPULATION OPTIONS…: how many records a draw of it has where no size is given. Each seed is another draw.
drawn() {
  name=$1
  shift
  draws=$(find . -maxdepth 1 -name 'sample-*' | wc -l)
  vault -C ev sample draw "soc2-2026-h1:CC8.1/$name.ndjson" --seed "$(printf %032d $draws)" --key auditor \
    --out "sample-$draws" "$@" >out
  find "sample-$draws/records" -type f | wc -l
}
sizes() { for name in one four twelve weeks days more; do drawn "$name"; done | xargs; }

# The table of the manual counts where nothing is set, and asking sets nothing.
for row in 'annual 1' 'quarterly 2' 'monthly 2' 'weekly 5' 'daily 20' 'many 25'; do
  expect 0 vault -C ev config "samples.${row% *}"
  [ "$(cat out)" = "${row#* }" ] || fail "the conventional size is not $row: $(cat out)"
done
expect 0 vault -C ev config
[ ! -s out ] || fail 'something is set'
[ ! -e "$settings" ] || fail 'asking set something'
[ "$(sizes)" = '1 2 2 5 20 25' ] || fail 'sizes by how many records there are'
[ "$(drawn more --frequency weekly)" = 5 ] || fail 'the frequency goes before the number of records'
[ "$(drawn four --frequency many)" = 4 ] || fail 'a draw of more records than there are'

# A row that is set counts from then on, for its frequency and no other.
expect 0 vault -C ev config samples.daily 30
[ "$(cat out)" = 30 ] || fail 'what was set is not told'
expect 0 vault -C ev config samples.many 60 -q
[ ! -s out ] || fail '--quiet said something'
expect 0 vault -C ev config
[ "$(cat out)" = 'samples.daily  30
samples.many  60' ] || fail "what is set is not listed: $(cat out)"
expect 0 vault -C ev config --json
[ "$(cat out)" = '{"samples.daily":30,"samples.many":60}' ] || fail "what is set is not listed: $(cat out)"
expect 0 vault -C ev config samples.daily --json
[ "$(cat out)" = '{"samples.daily":30}' ]
expect 0 vault -C ev config period soc2-2026-h1 -q
[ "$(cat "$settings")" = '{"period":"soc2-2026-h1","samples":{"daily":30,"many":60},"type":"config"}' ]
expect 0 vault -C ev config period --unset
[ "$(sizes)" = '1 2 2 5 30 60' ] || fail 'a size that was set does not count'
[ "$(drawn more --frequency daily)" = 30 ] || fail 'a size that was set does not count for its frequency'
[ "$(drawn more --size 7)" = 7 ] || fail '--size does not go before the settings'
kept=$(cat "$settings")

# What is no size is refused, and nothing changes.
for wrong in 0 -1 1.5 many '' 1e3 0x10 ' 5' 99999999999999999999 9223372036854775807; do
  expect 2 vault -C ev config samples.daily -- "$wrong"
  says 'samples.daily must be a number from 1 to'
done
for name in samples samples. samples.hourly samples.Daily samples.daily.x; do
  expect 2 vault -C ev config "$name" 5
  says 'there is no setting'
  says 'samples.FREQUENCY'
done
expect 2 vault -C ev config samples.daily 5 --unset
[ "$(cat "$settings")" = "$kept" ] || fail 'a refused size was kept'
for table in '{"daily":0}' '{"hourly":5}' '{"daily":"5"}' '[]'; do
  printf '{"samples":%s,"type":"config"}' "$table" >"$settings"
  expect 2 vault -C ev config
  says '.vault/config.json cannot be used'
  expect 2 vault -C ev sample draw soc2-2026-h1:CC8.1/more.ndjson --seed "$(printf %032d 99)" --key auditor --out none
  [ ! -e none ] || fail 'a draw by settings that cannot be used'
done
printf %s "$kept" >"$settings"

# What is forgotten is the conventional size again.
expect 0 vault -C ev config samples.daily --unset
[ "$(cat out)" = 20 ] || fail 'what counts now is not told'
expect 0 vault -C ev config samples.many --unset
expect 0 vault -C ev config
[ ! -s out ] || fail 'something is still set'
[ "$(drawn days) $(drawn more)" = '20 25' ] || fail 'a size that was forgotten counts'
vault -C ev fsck -q
