# The list of a sample's files is signed by nobody, so whoever forges a file makes the list fit. Python alone finds that.
ONLY_TRANSPORT=local
. ./remote.sh
for name in root2 approver auditor stranger; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
make_remote
vault -C ev remote add origin "$remote" -q
# Trust document 4: from here on two root keys sign. 5 and 6: an approver and an auditor.
vault -C ev trust rotate --add-key root2.pub --threshold 2 --key root --key root2 -q
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root --key root2 -q
vault -C ev trust add auditor --key-file auditor.pub --role audit --period 'soc2-*' --key root --key root2 -q
id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)
population=soc2-2026-h1:CC8.1/prs.ndjson
draw() { vault -C ev sample draw $population --size 5 --seed 000102030405060708090a0b0c0d0e0f --key auditor "$@"; }
for n in $(seq 300); do printf '{"number":%s}\n' "$n"; done >prs.ndjson
put --kind population --id-field /number --as CC8.1/prs.ndjson prs.ndjson -q
draw --out first -q

# A new revision, which two sign.
echo '{"number":301}' >>prs.ndjson
put --kind population --id-field /number --supersede --reason 'one was missing' --key approver --as CC8.1/prs.ndjson \
  prs.ndjson -q
draw --out early -q
[ ! -e early/population/receipt.json ] || fail 'a receipt before any push'
vault -C ev push -q
draw --out pushed -q
[ -e pushed/population/receipt.json ] || fail 'no receipt after a push'
vault -C ev receipt show soc2-2026-h1:2 --json |
  python3 -c 'import json, sys; json.dump(json.load(sys.stdin)[0]["receipt"], open("receipt.json", "w"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)'
vault -C ev sample prove $population 7 --out proved -q
cp -r pushed extended
vault -C ev sample extend extended --size 9 --key auditor -q

# signed FOLDER: ssh-keygen takes every signature that sample.json lists.
signed() {
  python3 -c 'import json
for s in json.load(open("'"$1"'/sample.json"))["signatures"]:
    print("ssh-keygen -Y verify -f allowed_signers -I {principal} -n {namespace} -s {file} < {document}".format(**s))' >listed
  (cd "$1" && sh -e ../listed >/dev/null 2>../said)
}

for folder in first early pushed proved extended; do
  expect 0 python3 $folder/verify.py "$id"
  prints 'proved: 6 trust documents'
  grep '^  ssh-keygen' out >commands
  (cd $folder && sh -e ../commands >/dev/null) || fail "ssh-keygen does not verify a signature of $folder"
  signed $folder
  sed 's/^  //' commands | cmp - listed
  # All that is signed is in the commands: the documents of trust, the population's commit and the draw's.
  [ "$(find $folder -name '*.sig' | wc -l)" = "$(wc -l <commands)" ] || fail 'a signature without its command'
  [ "$(sed 's/.* < //' commands | sort -u | wc -l)" = "$(find $folder -name commit.json -o -path '*trust/*.json' | wc -l)" ]
done
python3 pushed/verify.py "$id" >out
prints "proved but for the log's signature: the population was received 20"
prints "$(cut -d + -f 1-2 srv/acme.vault/log.pub)"
prints 'vault sample verify'
python3 early/verify.py "$id" >out
if grep -q received out; then fail 'received without a receipt'; fi

# forged FOLDER LIE WHY: with the list made to fit; neither Python nor the vault's program takes it.
forged() {
  rm -rf case
  cp -r "$1" case
  python3 forge.py case "$2"
  if [ "$2" = nothing ]; then
    diff -r "$1" case || fail 'the list is not made as the vault makes it'
    return
  fi
  if diff -rq "$1" case >/dev/null; then fail "$2 changes nothing"; fi
  expect 1 python3 case/verify.py "$id"
  grep -q '^NOT PROVED: ' err || fail "$2: not said"
  grep -qF -- "$3" err || fail "$2: $(cat err)"
  if grep -q '^proved' out; then fail "$2: something is called proved"; fi
  expect 1 vault sample verify case --vault-id "$id"
}
forged pushed nothing
forged early workpaper-id 'workpaper.csv has another id of record'
forged pushed receipt-empty 'population/receipt.json is no receipt'
forged pushed receipt-time "leaf is not in the log's tree"
forged pushed receipt-other-commit "not of the population's commit"
forged pushed receipt-own-log 'not of a log that the newest trust document names'
for folder in early pushed; do
  forged $folder stranger-signs-all 'trust/000001 is signed by too few root keys, 0 of 1'
  # This is what only the keys in trust/ show: each signature is good.
  signed case || fail 'the forgery is a bad one'
  forged $folder stranger-signs-commit 'population/commit is signed by a key that its trust document does not name'
  signed case || fail 'the forgery is a bad one'
  forged $folder stranger-co-signs 'population/commit is signed by a key that its trust document does not name'
  forged $folder stranger-signs-draw 'draw/commit is signed by a key that its trust document does not name'
  forged $folder stranger-authors-draw 'draw/commit is signed by a key that its trust document does not name'
  forged $folder stranger-is-allowed 'allowed_signers holds other keys'
  forged $folder signature-is-not-listed 'sample.json lists other signatures'
  forged $folder trust-signature-is-not-listed 'sample.json lists other signatures'
  forged $folder principal-is-another 'sample.json lists other signatures'
  forged $folder one-root-signs 'trust/000006 is signed by too few root keys, 1 of 2'
  forged $folder old-root-does-not-sign 'trust/000004 is signed by too few root keys, 0 of 1'
  forged $folder new-root-does-not-sign 'trust/000004 is signed by too few root keys, 1 of 2'
  forged $folder author-does-not-sign 'not signed by the key that it names as its author'
  forged $folder approver-does-not-sign 'without a second signature, of an approver'
  forged $folder nobody-signs 'not signed by the key that it names as its author'
  forged $folder collector-draws 'draw/commit: the trust documents do not let collector audit'
  signed case || fail 'the forgery is a bad one'
  forged $folder auditor-is-revoked 'draw/commit is signed by a key that was revoked then'
  signed case || fail 'the forgery is a bad one'
done
# Signed by those who must and by a stranger too: the program of the vault passes over it, the script wants it gone.
cp -r early stranger-too
python3 forge.py stranger-too stranger-signs-trust
expect 1 python3 stranger-too/verify.py "$id"
grep -q 'trust/000004 is signed by a key that is no root key' err || fail 'a stranger signs a trust document'
# Another commit, so the receipt is not its own; without one it is for the roles.
forged early auditor-collects 'population/commit: the trust documents do not let auditor collect'
