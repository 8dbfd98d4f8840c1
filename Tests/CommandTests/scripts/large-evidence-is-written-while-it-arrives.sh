. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
ssh-keygen -q -t ed25519 -N '' -f approver
vault -C ev trust add approver --key-file approver.pub --role approve --key root -q
# What no compression makes fewer lies in the packs as it is, and is written out from the stream: of one block, of several,
# twice, and in a commit that is repudiated. What is compressed is written out afterwards.
mkdir in
for size in 10 900000 1048576 3000000 9000001; do head -c "$size" /dev/urandom >"in/raw-$size"; done
seq 1 900000 >in/text
cp in/text in/mixed
cat in/raw-3000000 >>in/mixed
put --as CC6.1/in in -q
put --as CC6.1/again in/raw-9000001 -q
head -c 5000000 /dev/urandom >wrong
bad=$(put --as CC6.1/wrong wrong --json | grep -o '"commit":"[^"]*"' | cut -d '"' -f 4)
vault -C ev repudiate soc2-2026-h1 --commit "$bad" --reason 'not from the source' --key approver -q
vault -C ev push "$remote" -q

# all_is_there FOLDER: every file, read-only, with its bytes; nothing besides.
all_is_there() {
  diff -r in "$1/CC6.1/in"
  cmp in/raw-9000001 "$1/CC6.1/again"
  [ ! -e "$1/CC6.1/wrong" ] || fail 'a repudiated file was written out'
  left=$(find "$1" -name '.vault-checkout-*'; find "$1/.vault/staging" -type f)
  [ -z "$left" ] || fail "left over: $left"
  [ -z "$(find "$1/CC6.1" -type f -perm /222)" ] || fail 'a file can be written'
  expect 0 vault -C "$1" fsck
}
vault clone "$remote" audit --vault-id "$id" --period soc2-2026-h1 -q
all_is_there audit

# It is the file that was there before all had come which has the name in the end.
RELAY_AT=9000000 RELAY_HOOK='stat -c %i watched/.vault/staging/pack-* >inodes' relayed vault clone "$relayed_remote" watched \
  --vault-id "$id" --period soc2-2026-h1 -q
stat -c %i watched/CC6.1/in/raw-* watched/CC6.1/again >names
grep -qxFf inodes names || fail 'nothing was written while it arrived'
all_is_there watched

# A remote that dies in the middle leaves nothing but packs to go on with, and the clone that is repeated has all.
for at in 700000 2500000 12000000; do
  RELAY_AT=$at RELAY_HOOK='kill -9 $PPID' relayed vault clone "$relayed_remote" "cut-$at" --vault-id "$id" \
    --period soc2-2026-h1 >out 2>err && fail "cut after $at: no error"
  [ -z "$(find "cut-$at" -name 'pack-*' -o -name '.vault-checkout-*')" ] || fail "cut after $at: evidence is left"
  [ ! -e "cut-$at/CC6.1" ] || fail "cut after $at: evidence before it was verified"
  relayed vault clone "$relayed_remote" "cut-$at" --vault-id "$id" --period soc2-2026-h1 -q
  all_is_there "cut-$at"
done

# A clone that is killed itself leaves unfinished work in the vault's staging alone, and the next one clears it away.
for round in 1 2; do
  RELAY_AT=9000000 RELAY_HOOK='kill -9 "$(cat pid)"' relayed sh -c 'echo $$ >pid; exec vault clone "$@"' clone \
    "$relayed_remote" killed --vault-id "$id" --period soc2-2026-h1 >out 2>err && fail 'nobody was killed'
  [ "$(ls -A killed)" = .vault ] || fail "a killed clone left $(ls -A killed)"
done
relayed vault clone "$relayed_remote" killed --vault-id "$id" --period soc2-2026-h1 -q
all_is_there killed

# With few files that may be open, and where every file is one of many, what cannot be taken on the way is written out later.
mkdir many
for i in $(seq 90); do head -c 1100000 /dev/urandom >"many/$i"; done
put --as CC6.1/many many -q
vault -C ev push "$remote" -q
(
  ulimit -n 40
  expect 0 vault clone "$remote" few --vault-id "$id" --period soc2-2026-h1 -q
)
diff -r many few/CC6.1/many
all_is_there few
