. ./lib.sh
make_vault
for name in approver auditor; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root -q
population=soc2-2026-h1:CC8.1/prs.ndjson
draw() { vault -C ev sample draw $population --size 5 --key auditor "$@"; }
for n in $(seq 300); do printf '{"number":%s}\n' "$n"; done >prs.ndjson
put --kind population --id-field /number --as CC8.1/prs.ndjson prs.ndjson -q
put --kind population --id-field /number --as CC8.1/another.ndjson prs.ndjson -q
# A draw from another population is no other draw of this one.
vault -C ev sample draw soc2-2026-h1:CC8.1/another.ndjson --size 5 --seed aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --key auditor \
  --out another -q
# The folder is named as a user may, with a slash behind it.
expect 0 draw --seed 000102030405060708090a0b0c0d0e0f --out first/
prints 'no other draw of this population'
prints 'and so does first/verify.py'
expect 0 vault -C ev sample prove $population 7 --out proved/
prints 'and so does proved/verify.py'

# Superseding the population does not make the draw forgotten.
echo '{"number":301}' >>prs.ndjson
put --kind population --id-field /number --supersede --reason 'one was missing' --key approver --as CC8.1/prs.ndjson \
  prs.ndjson -q
expect 0 draw --seed ffffffffffffffffffffffffffffffff --out second
prints 'drawn: 5 records of 301, CC8.1/prs.ndjson revision 2'
prints 'others    no other draw of revision 2, 1 draw of other revisions'
prints '          revision 1, leaf 1: 5 of 300, seed 000102030405060708090a0b0c0d0e0f'
expect 0 draw --seed eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee --out third
prints 'others    1 other draw of revision 2, 1 draw of other revisions'
prints '          revision 2, leaf 2: 5 of 301, seed ffffffffffffffffffffffffffffffff'
[ "$(grep -c '^          revision' out)" = 2 ] || fail 'not each draw once'
expect 0 draw --seed eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee --out json --json
python3 -c 'import json
o = json.load(open("out"))
assert [d["leaf"] for d in o["others"]] == [2] and [d["leaf"] for d in o["otherRevisions"]] == [1]'
# Whoever extends the old sample is told of the new one's draws.
expect 0 vault -C ev sample extend first --size 9 --key auditor
prints 'others    1 other draw of revision 1, 2 draws of other revisions'
