. ./lib.sh
make_local_remote
vault -C ev push -q
vault clone r.vault other -q
# unsigned FILE REF: the state of a server that died when the last line of FILE stood and the checkpoint was not signed.
unsigned() {
  cp checkpoint r.vault/log/checkpoint
  rm -rf r.vault/index
  python3 - "$1" "$2" <<'END'
import json, pathlib, sys
last = lambda path: pathlib.Path(path).read_text().splitlines()[-1]
pathlib.Path("r.vault/log/next").write_text(json.dumps(
    {"leaves": [last("r.vault/log/leaves.log")], "lines": [last(sys.argv[1])], "ref": sys.argv[2], "type": "next"},
    sort_keys=True, separators=(",", ":"), ensure_ascii=False))
END
}
echo one >f
put --as CC6.1/f f -q
cp r.vault/log/checkpoint checkpoint
cp -R ev before
vault -C ev push >first
rm -r ev
mv before ev
unsigned r.vault/refs/periods/soc2-2026-h1.log periods/soc2-2026-h1

# Readers find an honest remote that is not ahead of its log, and fsck what there is to be done.
expect 0 vault -C other fetch
expect 0 vault clone r.vault third
expect 1 vault -C r.vault fsck
prints 'unfinished-write'
! grep -q log-mismatch out || fail 'what is owed is told as a loss'
expect 0 vault -C ev push
prints 'periods/soc2-2026-h1  at 2'
[ "$(grep -c "$(grep 'received' first)" out)" = 1 ] || fail 'the receipt is another one'
for copy in r.vault ev; do
  expect 0 vault -C $copy fsck
  prints 'sound (level logged'
done

# A revocation likewise, which nobody may take for one that the remote has not accepted.
cp r.vault/log/checkpoint checkpoint
vault -C ev trust revoke collector --at 2030-01-01T00:00:00Z --reason leaves --key root -q
cp -R ev before
vault -C ev push >first
rm -r ev
mv before ev
unsigned r.vault/refs/trust.log trust
expect 0 vault -C ev push
prints 'trust  at 4'
[ "$(grep -c "$(grep 'received' first)" out)" = 1 ] || fail 'the receipt is another one'
expect 0 vault -C r.vault fsck

# The hourly signature ends it too.
cp r.vault/log/checkpoint checkpoint
echo two >g
vault -C ev commit --period soc2-2026-h1 --key collector --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/g g -q
vault -C ev push -q
unsigned r.vault/refs/periods/soc2-2026-h1.log periods/soc2-2026-h1
expect 0 vault -C r.vault checkpoint renew
expect 0 vault -C r.vault fsck
[ ! -e r.vault/log/next ] || fail 'something is still owed'
expect 0 vault -C other fetch

# Of a new period too, which readers leave for the next time.
cp r.vault/log/checkpoint checkpoint
vault -C ev period open soc2-2027 --framework soc2 --from 2027-01-01 --to 2028-01-01 --key root -q
cp -R ev before
vault -C ev push -q
rm -r ev
mv before ev
unsigned r.vault/refs/periods/soc2-2027.log periods/soc2-2027
expect 0 vault -C other fetch
expect 0 vault clone r.vault fourth
[ "$(vault -C fourth period list --json | grep -c soc2-2027)" = 0 ] || fail 'it has what nobody signed'
expect 0 vault -C ev push
expect 0 vault -C other fetch
for copy in r.vault ev other; do
  expect 0 vault -C $copy fsck
  prints 'sound (level logged'
done
