# What is read is this copy's own copy of the log, so one transport is enough.
ONLY_TRANSPORT=local
. ./remote.sh
make_remote
vault -C ev remote add origin "$remote" -q
expect 0 vault -C ev receipt list
[ ! -s out ] || fail 'receipts before any push'
expect 2 vault -C ev receipt show soc2-2026-h1
says 'has a receipt for periods/soc2-2026-h1 1'
expect 2 vault -C ev receipt show
says 'no log was seen'
expect 2 vault -C ev receipt export none
says 'there is no receipt yet'
[ ! -e none ]
for number in 1 2 3; do
  echo $number >f$number
  put --as CC6.1/f$number f$number -q
  vault -C ev push -q
done
# From here on no remote is needed.
mv srv away

expect 0 vault -C ev receipt list
prints 'origin  evidence-vault.org/'
prints 'just now'
[ "$(grep -c '^  leaf' out)" = "$(wc -l <away/acme.vault/log/leaves.log)" ] || fail 'not every leaf is listed'
grep -qE '^  leaf 0 +20.*Z  trust 1  [0-9a-f]{12}$' out || fail 'the first leaf'
grep -qE '  periods/soc2-2026-h1 4  [0-9a-f]{12}$' out || fail 'the last commit'
vault -C ev receipt list --json >list.json
python3 - <<'END'
import json
leaves = [json.loads(line) for line in open("away/acme.vault/log/leaves.log")]
rows = json.load(open("list.json"))
assert [row["index"] for row in rows] == list(range(len(leaves)))
for row, leaf in zip(rows, leaves):
    assert row["received"] == leaf["received"] and row["remote"] == "origin"
    assert row["document"] == leaf.get("commit", leaf["trust"]) and row["ref"] == leaf.get("ref", "trust")
    assert row["number"] == leaf.get("sequence", leaf.get("number"))
END

# By the commit's id, by its number, and the newest.
commit=$(vault -C ev log soc2-2026-h1 --json | grep -o '"commit":"sha256:[0-9a-f]*"' | head -n 1 | cut -d '"' -f 4)
for name in "$commit" "$(echo "$commit" | cut -c 8-15)" soc2-2026-h1 soc2-2026-h1:4 periods/soc2-2026-h1:4; do
  expect 0 vault -C ev receipt show "$name"
  prints "id       $commit"
  prints 'verified: the leaf is in the log'
done
expect 0 vault -C ev receipt show
prints 'periods/soc2-2026-h1 4'
prints 'verified: '
expect 0 vault -C ev receipt show trust:1 --remote origin
prints 'leaf     0 of'
expect 2 vault -C ev receipt show soc2-2026-h1:9
expect 2 vault -C ev receipt show soc2-2026-h1:x
expect 2 vault -C ev receipt show soc2-2026-h2
expect 2 vault -C ev receipt show soc2-2026-h1 --remote other
vault -C ev receipt show soc2-2026-h1:3 --json >show.json
python3 -c 'import json; (r,) = json.load(open("show.json")); assert r["exact"] and r["receipt"]["index"] == r["index"]'

expect 0 vault -C ev receipt verify
prints 'receipts hold'

# Exported, they are proved by a script that comes along, and by one that is nobody's.
expect 0 vault -C ev receipt export proofs
expect 3 vault -C ev receipt export proofs
says 'is there already'
proof=proofs/origin/periods.soc2-2026-h1.4.tlog-proof
[ "$(find proofs -name '*.tlog-proof' | wc -l)" = "$(wc -l <away/acme.vault/log/leaves.log)" ]
cmp proofs/origin/log.pub away/acme.vault/log.pub
for file in proofs/origin/*.tlog-proof; do
  python3 tlog.py away/acme.vault/log.pub "$file" >>leaves || fail "$file is not proved"
done
sort leaves >told
sort away/acme.vault/log/leaves.log | cmp - told || fail 'the proofs have other leaves than the log'
(cd / && python3 "$OLDPWD/proofs/verify.py") >out || fail 'the script that comes along does not prove it'
prints "$commit"
# The commit's id leads on to what ssh-keygen proves.
vault -C ev verify-commit "$commit" --export commit -q
[ "sha256:$(sha256sum commit/payload.json | cut -d ' ' -f 1)" = "$commit" ]
expect 0 vault -C ev receipt export one soc2-2026-h1:2
[ "$(cd one && find . -type f | sort | tr '\n' ' ')" = './origin/log.pub ./origin/periods.soc2-2026-h1.2.tlog-proof ./verify.py ' ]

# As files: against the vault's trust, or against a key alone, in a folder that is no vault.
expect 0 vault -C ev receipt verify "$proof"
prints 'this vault has it'
(cd / && vault receipt verify --log-key "$OLDPWD/proofs/origin/log.pub" "$OLDPWD/$proof") >out
prints "id     $commit"
expect 2 vault receipt verify "$proof"
says 'no vault'
expect 2 vault -C ev receipt verify missing
says 'no such file'

# Altered ones are not, by any of the three.
ssh-keygen -q -t ed25519 -N '' -f other
vault init foreign --key other -q
vault init --bare srv/foreign.vault --from foreign -q
mkdir bad
cp proofs/origin/log.pub proofs/verify.py bad
sed 's/^index .*/index 0/' "$proof" >bad/index.tlog-proof
cmp -s "$proof" bad/index.tlog-proof && fail 'the test alters nothing'
python3 - "$proof" <<'END'
import base64, sys
lines = open(sys.argv[1]).read().split("\n")
def write(name, lines):
    with open(f"bad/{name}.tlog-proof", "w") as file: file.write("\n".join(lines))
leaf = base64.b64decode(lines[1][6:]).replace(b'"received":"20', b'"received":"19')
write("leaf", [lines[0], "extra " + base64.b64encode(leaf).decode(), *lines[2:]])
write("hash", [*lines[:3], base64.b64encode(bytes(32)).decode(), *lines[4:]])
write("short", [*lines[:3], *lines[4:]])
at = next(n for n, line in enumerate(lines) if line.startswith("received "))
write("time", [*lines[:at], lines[at].replace("20", "21", 1), *lines[at + 1:]])
write("text", ["hello"])
END
for file in bad/*.tlog-proof; do
  expect 1 vault -C ev receipt verify "$file"
  prints 'DOES NOT HOLD'
  if python3 tlog.py proofs/origin/log.pub "$file" >/dev/null 2>&1; then fail "proved: $file"; fi
  mkdir case
  cp bad/log.pub bad/verify.py "$file" case
  if python3 case/verify.py >/dev/null 2>&1; then fail "the script that comes along proves $file"; fi
  rm -r case
done
# Every byte of a receipt counts for the script that comes along: the dash, name and line end of its signature line too.
# It is imported, since thousands of processes would take minutes.
cat >flips.py <<'END'
import pathlib, sys
sys.path.insert(0, "proofs")
sys.dont_write_bytecode = True
import verify
sound, key = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path("proofs/origin/log.pub").read_text()
file = pathlib.Path("flipped.tlog-proof")
def is_proved(data):
    file.write_bytes(data)
    try:
        verify.prove(file, key)
    except (SystemExit, ValueError, LookupError, TypeError):
        return False
    return True
assert is_proved(sound)
flips = [sound[:at] + bytes([sound[at] ^ 1 << at % 8]) + sound[at + 1:] for at in range(len(sound))]
flips += [sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1:] for at in range(len(sound))]
cuts = [sound[:-1], sound + b"\n", sound + b"x", sound.replace("— ".encode(), b"- ")]
cuts += [sound[:at] + sound[at + 1:] for at in range(len(sound) - 150, len(sound))]
for number, data in enumerate(flips + cuts):
    if is_proved(data): sys.exit(f"change {number} of {len(flips)} flips and {len(cuts)} cuts is proved: {data!r}")
END
python3 flips.py "$proof" >/dev/null || fail 'the script that comes along proves what was changed'
mkdir case
cp bad/log.pub bad/verify.py case
sed 's/^extra ./extra !/' "$proof" >case/base64.tlog-proof
if python3 case/verify.py >/dev/null 2>told; then fail 'it proves what is no base64'; fi
[ "$(wc -l <told)" = 1 ] || fail "it says of bad base64: $(cat told)"
rm -r case
expect 1 vault -C ev receipt verify "$proof" --log-key srv/foreign.vault/log.pub
prints 'not signed by'

# Another commit in the vault than the one that was received; a log that is damaged; one that the trust does not name.
cp -r ev behind
python3 - <<'END'
path = "behind/.vault/refs/periods/soc2-2026-h1.log"
lines = open(path, "rb").read().splitlines(keepends=True)
open(path, "wb").write(b"".join(lines[:-1]))
END
rm -r behind/.vault/index
expect 0 vault -C behind receipt verify "$proof"
prints 'does not go so far'
vault -C behind commit --period soc2-2026-h1 --key collector --source s --collected 2026-03-01T00:00:00Z --as CC6.1/x f1 -q
expect 1 vault -C behind receipt verify "$proof"
prints 'is another'
expect 1 vault -C behind receipt verify
prints log-mismatch
cp -r ev damaged
sed -i 's/"sequence":2/"sequence":3/' damaged/.vault/receipts/origin.log
expect 1 vault -C damaged receipt verify
prints log-mismatch
expect 1 vault -C damaged receipt verify --json
python3 -c 'import json; o = json.load(open("out")); assert not o["remotes"][0]["holds"] and o["findings"]'
vault -C ev trust log remove origin --key root -q
expect 1 vault -C ev receipt verify
prints 'DO NOT HOLD'
expect 1 vault -C ev receipt show soc2-2026-h1
expect 1 vault -C ev receipt export unnamed
[ ! -e unnamed ]
expect 0 vault -C ev receipt list
prints 'these do not count'
