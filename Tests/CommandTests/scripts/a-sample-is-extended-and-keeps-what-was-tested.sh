. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
for n in $(seq 500); do printf '{"number":%s}\n' "$n"; done >prs.ndjson
put --kind population --id-field /number --as CC8.1/prs.ndjson prs.ndjson -q
vault -C ev sample draw soc2-2026-h1:CC8.1/prs.ndjson --size 3 --seed 000102030405060708090a0b0c0d0e0f --key auditor \
  --out sample -q
first=$(sed 's/.*"index":\([0-9]*\).*/\1/' sample/proofs.ndjson | xargs)
set -- $first
python3 - <<'END'
import csv
rows = list(csv.reader(open("sample/workpaper.csv", newline="")))
rows[1][3:] = ["ann", "2026-07-20", "pass", ""]
rows[2][3:] = ["ann", "2026-07-20", "exception", 'no, "really"']
with open("sample/workpaper.csv", "w", newline="") as file:
    csv.writer(file).writerows(rows)
END
expect 0 vault -C ev sample verify sample
echo mine >sample/notes.txt

# Results come from the workpaper as it fills; what stands is not added again.
expect 0 vault -C ev sample result soc2-2026-h1 --draw 0 --from sample/workpaper.csv --key auditor
prints '2 results of the draw at leaf 0'
expect 0 vault -C ev sample result soc2-2026-h1 --draw 0 --from sample/workpaper.csv --key auditor
prints 'nothing to add'
expect 2 vault -C ev sample result soc2-2026-h1 --draw 0 --record "$3" --outcome exception --key auditor
says 'needs a note'
expect 0 vault -C ev sample result soc2-2026-h1 --draw 0 --record "$3" --outcome not-applicable --key auditor
outside=0
while case " $first " in *" $outside "*) true ;; *) false ;; esac; do outside=$((outside + 1)); done
expect 2 vault -C ev sample result soc2-2026-h1 --draw 0 --record $outside --outcome pass --key auditor
says "does not hold record $outside"
expect 2 vault -C ev sample result soc2-2026-h1 --draw 1 --record "$1" --outcome pass --key auditor
says 'is no draw'
expect 3 vault -C ev sample result soc2-2026-h1 --draw 0 --record "$1" --outcome exception --note bad --key collector
expect 0 vault -C ev sample list soc2-2026-h1
prints '1 pass, 1 exception, 1 not-applicable, none open'

# The larger draw begins with the smaller one.
expect 2 vault -C ev sample extend sample --size 2 --key auditor
says 'has 3 records already'
expect 0 vault -C ev sample extend sample --size 20 --key auditor
prints 'drawn: 20 records of 500'
[ "$first" = "$(head -3 sample/proofs.ndjson | sed 's/.*"index":\([0-9]*\).*/\1/' | xargs)" ] || fail 'the first records changed'
expect 0 vault -C ev sample verify sample
id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)
expect 0 python3 sample/verify.py "$id"
grep -q '^[0-9]*,[0-9]*,[0-9a-f]*,ann,2026-07-20,exception,"no, ""really"""$' sample/workpaper.csv ||
  fail 'what the tester wrote is gone'
[ "$(cat sample/notes.txt)" = mine ] || fail 'a file of the tester is gone'
# Again, as after a command that was broken off.
before=$(state sample)
expect 0 vault -C ev sample extend sample --size 20 --key auditor
prints 'drawn already'
[ "$before" = "$(state sample)" ] || fail 'a retry changed the folder'
expect 0 vault -C ev sample list soc2-2026-h1 --json
python3 -c 'import json; a, b = json.load(open("out")); assert b["extends"] == a["leaf"] and b["seed"] == a["seed"] and b["size"] == 20'
vault -C ev fsck -q
