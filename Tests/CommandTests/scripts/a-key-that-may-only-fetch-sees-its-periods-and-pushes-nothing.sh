. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev period open iso-2026 --framework iso --from 2026-01-01 --to 2026-07-01 --key root -q
echo one >one
put --as CC6.1/one one -q
vault -C ev push "$remote" -q
# as_auditor COMMAND…: with the rights of a forced command, over either transport.
if [ "$TRANSPORT" = ssh ]; then
  authorize auditor --allow fetch --period "'soc2-*'"
  as_auditor() { "$@"; }
  serve() { sshd/ssh auditor; }
else
  as_auditor() {
    RELAY_SERVE="vault serve --root $PWD/srv --as auditor --allow fetch --period soc2-*" VAULT_SSH=$PWD/relay.py "$@"
  }
  serve() { vault serve --root "$PWD/srv" --as auditor --allow fetch --period 'soc2-*'; }
fi
before=$(remote_state srv/acme.vault)
expect 0 as_auditor vault clone auditor:acme.vault audit --vault-id "$id"
grep -q 'accepted commits of periods/iso-2026, which it does not show' err || fail 'nobody is told of what is not shown'
[ "$(vault -C audit period list --json | grep -o '"period":"[^"]*"')" = '"period":"soc2-2026-h1"' ] || fail 'it sees another period'
expect 0 vault -C audit fsck
prints 'sound (level logged'
expect 0 as_auditor vault -C audit pull --all
expect 2 as_auditor vault -C audit pull --period 'iso-*'
says 'shows no period iso-*'
[ ! -e audit/.vault/refs/periods/iso-2026.log ] || fail 'it got a period that it may not see'
# The log tells of all refs, and its proofs are whole.
expect 0 vault -C audit receipt verify

echo two >two
put --as CC6.1/two two -q
for try in 'push auditor:acme.vault' 'push auditor:acme.vault --period soc2-2026-h1'; do
  # shellcheck disable=SC2086
  expect 3 as_auditor vault -C ev $try
  says 'auditor may not push'
done
expect 3 as_auditor vault commit --remote auditor:acme.vault --vault-id "$id" --period soc2-2026-h1 --key collector \
  --control CC8.1 --source s --collected 2026-03-01T00:00:00Z --as CC6.1/x one
# A client that does not look at what it may asks all the same.
python3 - >asked <<'END'
import json, struct, sys
def message(**members):
    payload = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
    return struct.pack("<IBBH", len(payload), 1, 0, 0) + payload
sys.stdout.buffer.write(
    b"evidence-vault/1\r\n" + message(client="x", path="acme.vault", protocol=1, type="hello")
    + message(type="push", ref="periods/soc2-2026-h1", sequence=3, document="sha256:" + "0" * 64, signatures=[],
        packs=[dict(pack="sha256:" + "1" * 64, length=10)])
    + message(type="lines", ref="periods/iso-2026", after=0) + message(type="bye"))
END
serve <asked >answer 2>err || fail "the session broke off: $(cat err)"
grep -aq '"code":"not-allowed"' answer || fail 'the server does not refuse the push'
grep -aq '"code":"not-found"' answer || fail 'the server shows a period that the key may not see'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a key that may only fetch changed the remote'
[ -z "$(find srv/acme.vault/quarantine -path '*auditor*' -type f 2>/dev/null)" ] || fail 'it left something in quarantine'
grep '"as":"auditor"' srv/acme.vault/access.log | grep -q '"code":"not-allowed"' || fail 'the access log does not tell'
expect 0 vault -C ev push "$remote"
