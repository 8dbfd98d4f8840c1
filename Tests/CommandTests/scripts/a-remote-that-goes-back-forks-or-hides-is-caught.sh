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
echo one >one.json
put --as CC6.1/one.json one.json -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
cp -a srv/acme.vault older
echo two >two.json
put_there two.json -q
expect 0 vault -C audit pull
cp -a srv/acme.vault newer

# Restored from an older copy.
rm -rf srv/acme.vault
cp -a older srv/acme.vault
seen=$(state audit)
expect 1 vault -C audit pull
says 'shows an older log than before'
[ "$seen" = "$(state audit)" ] || fail 'the copy changed'

# Forked: another commit where the newest was.
echo three >three.json
put_there three.json -q
expect 1 vault -C audit pull
says 'shows another log'

# Newer commits on top of the fork do not follow from what was seen.
echo four >four.json
put_there four.json -q
expect 1 vault -C audit pull
says 'does not follow from'

# Nor does it help to show an older copy, or a fork, of the same log at another address.
cp -a older srv/older.vault
cp -a srv/acme.vault srv/forked.vault
for verb in fetch push; do
  expect 1 vault -C audit $verb "$(address older.vault)"
  says 'the log of origin, shows an older log than before'
  expect 1 vault -C audit $verb "$(address forked.vault)"
  says 'does not follow from'
done
vault -C audit fsck -q

# The newest commit hidden, although the log has it.
rm -rf srv/acme.vault
cp -a newer srv/acme.vault
rm -rf srv/acme.vault/index
python3 - <<'EOF'
import os
path = "srv/acme.vault/refs/periods/soc2-2026-h1.log"
lines = open(path, "rb").read().splitlines(keepends=True)
open(path, "wb").write(b"".join(lines[:-1]))
EOF
# Nothing is built upon it: not by one who saw that commit, of which the log would get a second leaf, nor by one who did not.
leaves=$(wc -l <srv/acme.vault/log/leaves.log)
for attempt in 1 2; do
  expect 1 vault -C audit push
  says 'and shows only'
done
echo five >five.json
expect 4 put_there five.json
says "the remote's log ends with 3 of periods/soc2-2026-h1, and the remote holds 2"
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = "$leaves" ] || fail 'the log grew'
# It is caught each time, not only where the leaf is new.
cp -r audit first
for attempt in 1 2; do
  expect 1 vault clone "$remote" again --vault-id "$id"
  says 'and shows only'
done
