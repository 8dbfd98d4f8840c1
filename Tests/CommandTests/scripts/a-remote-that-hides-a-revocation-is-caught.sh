. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
cp -r audit knowing
vault -C ev trust revoke collector --at 2026-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push -q
vault -C knowing pull -q
# The log has the revocation's leaf; the document itself is not shown.
python3 - <<'END'
path = "srv/acme.vault/refs/trust.log"
lines = open(path, "rb").read().splitlines(keepends=True)
open(path, "wb").write(b"".join(lines[:-1]))
END
for copy in audit ev knowing; do
  for attempt in 1 2; do
    expect 1 vault -C $copy pull
    says 'does not show it'
  done
done
# Nor is the document that is hidden pushed again, as if it had never been accepted.
leaves=$(wc -l <srv/acme.vault/log/leaves.log)
for copy in ev knowing; do
  expect 1 vault -C $copy push
  says 'of trust at'
done
[ "$(wc -l <srv/acme.vault/log/leaves.log)" = "$leaves" ] || fail 'the log grew'
for attempt in 1 2; do
  expect 1 vault clone "$remote" again --vault-id "$id"
  says 'does not show it'
done
expect 1 vault -C srv/acme.vault fsck
prints unfinished-write
