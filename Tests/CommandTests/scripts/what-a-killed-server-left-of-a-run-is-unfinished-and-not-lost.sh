. ./lib.sh
make_vault
vault init --bare r.vault --from ev -q
vault -C ev trust log add origin --log-key r.vault/log.pub --key root -q
vault -C ev push ./r.vault -q
cp -r r.vault/log before
for number in 1 2 3 4; do
  echo "$number" >"f$number"
  put --as "CC6.1/f$number" "f$number" -q
done
vault -C ev push ./r.vault -q
refs=refs/periods/soc2-2026-h1.log

# killed FOLDER LINES LEAVES: as if the server died in the middle of the run of four, when so many of its ref lines and
# leaves were written.
killed() {
  rm -rf "$1"
  cp -r r.vault "$1"
  rm -r "$1/index"
  python3 - "$1" "$2" "$3" <<'END'
import json, sys
folder, lines, leaves = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def cut(path, kept):
    all = open(path).read().split("\n")[:-1]
    run = all[-4:]
    open(path, "w").write("".join(line + "\n" for line in all[:-4] + run[:kept]))
    return run
text = {
    "leaves": cut(folder + "/log/leaves.log", leaves),
    "lines": cut(folder + "/refs/periods/soc2-2026-h1.log", lines),
    "ref": "periods/soc2-2026-h1", "type": "next"}
open(folder + "/log/next", "w").write(json.dumps(text, sort_keys=True, separators=(",", ":")))
END
  # The leaves of a run are signed once all of them stand.
  [ "$3" = 4 ] || cp before/checkpoint before/hashes "$1/log"
}

for lines in 0 1 2 3; do
  killed "r$lines" "$lines" 4
  expect 1 vault -C "r$lines" fsck
  prints 'warning: unfinished-write'
  prints 'the next push writes'
  if grep '^error' out; then fail 'an unfinished write is called more than that'; fi
  # A client whose commits stand in the log has nothing else to push, and that ends it.
  expect 0 vault -C ev push "./r$lines" -q
  expect 0 vault -C "r$lines" fsck
  cmp "r$lines/$refs" "r.vault/$refs"
done

# Leaves that were not written accept nothing: those commits are taken anew.
killed some 0 3
expect 1 vault -C some fsck
prints 'warning: unfinished-write'
if grep '^error' out; then fail 'an unfinished write is called more than that'; fi
# The client has not seen those leaves at another address, as this one has.
rm -r ev/.vault/receipts
# It offers a run that begins before what this finishes, and looks anew where it ends.
vault -C ev push ./some -q || expect 0 vault -C ev push ./some -q
expect 0 vault -C some fsck
[ "$(wc -l <some/log/leaves.log)" = "$(wc -l <r.vault/log/leaves.log)" ] || fail 'not all leaves'

# What is kept for the next push explains only lines whose leaves are the log's last, and whose packs are there.
killed other 0 4
sed -i 's/\("leaves":\["{\\"commit\\":\\"sha256:\)..../\10000/' other/log/next
expect 1 vault -C other fsck
prints 'error: ref-line-missing'
killed gone 0 4
rm gone/log/next
expect 1 vault -C gone fsck
prints 'error: ref-line-missing'
