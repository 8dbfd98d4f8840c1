. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
for n in $(seq 3000); do printf '{"number":%s,"title":"=change %s"}\n' "$n" "$n"; done >prs.ndjson
put --kind population --id-field /title --as CC8.1/prs.ndjson prs.ndjson -q
seed=000102030405060708090a0b0c0d0e0f
population=soc2-2026-h1:CC8.1/prs.ndjson

# A seed that can be guessed is none, and a collector draws no samples.
expect 2 vault -C ev sample draw $population --size 25 --seed 00010203 --key auditor --out sample
says '128 are the least'
expect 2 vault -C ev sample draw $population --size 3001 --seed $seed --key auditor --out sample
says 'fewer than --size 3001'
expect 3 vault -C ev sample draw $population --size 25 --seed $seed --key collector --out sample
says 'may not draw samples'
[ ! -e sample ] || fail 'a refused draw left its folder'
expect 2 vault -C ev log reviews/soc2-2026-h1

expect 0 vault -C ev sample draw $population --size 25 --seed $seed --key auditor --out sample --purpose 'walkthrough'
prints 'drawn: 25 records of 3000'
prints 'no other draw of this population'
expect 3 vault -C ev sample draw $population --size 25 --seed $seed --key auditor --out sample
says 'is there already'
# A retry adds nothing, and gives the same bytes.
expect 0 vault -C ev sample draw $population --size 25 --seed $seed --key auditor --out again
prints 'drawn already'
diff -r sample again || fail 'the same draw gave other bytes'
expect 0 vault -C ev log reviews/soc2-2026-h1 --json
[ "$(grep -c '"commit":' out)" = 1 ] || fail 'the retry added a commit'

# Python alone draws the same records.
python3 - $seed >drawn <<'END'
import hashlib, json, sys
h = lambda b: hashlib.sha256(b).digest()
entry = json.load(open("sample/population/entry.json"))["population"]
root, count = bytes.fromhex(entry["root"][11:]), entry["count"]
ticket = lambda i: h(h(bytes.fromhex(sys.argv[1])) + root + b"evidence-vault.org/sample/1"
                     + count.to_bytes(8, "little") + i.to_bytes(8, "little"))
print(*sorted(range(count), key=lambda i: (ticket(i), i))[:25])
END
[ "$(cat drawn)" = "$(sed 's/.*"index":\([0-9]*\).*/\1/' sample/proofs.ndjson | xargs)" ] || fail 'Python draws other records'
for n in $(cat drawn); do
  sed -n "$((n + 1))p" prs.ndjson | tr -d '\n' | cmp - "sample/records/$n"
done

# The folder proves itself, far from its vault.
id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)
mkdir elsewhere
cp -r sample elsewhere
cd elsewhere
expect 0 vault sample verify sample --vault-id "$id"
prints 'verified: every byte of it'
expect 0 vault sample verify sample
prints 'nothing vouches for this id'
expect 1 vault sample verify sample --vault-id "sha256:$(printf %064d 0)"
prints vault-mismatch
expect 0 python3 sample/verify.py "$id"
prints 'proved: the draw of 25 of 3000'
expect 1 python3 sample/verify.py "sha256:$(printf %064d 0)"
# The commands that it prints are those of ssh-keygen, and each succeeds.
python3 sample/verify.py "$id" | grep '^  ssh-keygen' >commands
[ "$(wc -l <commands)" -ge 5 ] || fail 'too few signatures'
(cd sample && sh -e ../commands >/dev/null) || fail 'ssh-keygen does not verify a signature'
cd ..

# A cell that would be a formula is text.
grep -q "^[0-9]*,'=change" sample/workpaper.csv || fail 'the workpaper has a formula'

# Every draw of the population is told of, so that a seed cannot be shopped for.
expect 0 vault -C ev sample draw $population --size 5 --seed ffffffffffffffffffffffffffffffff --key auditor --out other
prints '1 other draw of this population'
prints "seed $seed"
expect 0 vault -C ev sample list soc2-2026-h1
prints '25 open'
prints '5 open'

# What is not drawn is proved too.
expect 0 vault -C ev sample prove $population 17 2999 --out proved
expect 0 vault sample verify proved --vault-id "$id"
expect 0 python3 proved/verify.py "$id"
expect 2 vault -C ev sample prove $population 3000 --out beyond
says 'there is no record 3000'
vault -C ev fsck -q
