. ./remote.sh
put_there() {
  name=$1
  shift
  vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
    --source github --collected 2026-03-01T00:00:00Z --as "CC6.1/$name" "$name" "$@"
}
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
echo one >one.json
put --as CC6.1/one.json one.json -q
vault -C ev remote add origin "$remote"
expect 0 vault -C ev push
prints 'periods/soc2-2026-h1  2 commits'
prints 'received 20'
before=$(remote_state srv/acme.vault)
expect 0 vault -C ev push
prints 'nothing to push'
[ "$before" = "$(remote_state srv/acme.vault)" ] || fail 'a push of nothing changed the remote'

# A pipeline without a vault, and its retry, which finds the original receipt.
echo two >two.json
expect 0 put_there two.json --json
leaf=$(python3 -c 'import json; print(json.load(open("out"))["receipt"]["index"])')
before=$(remote_state srv/acme.vault)
expect 0 put_there two.json --json
python3 -c 'import json, sys; o = json.load(open("out")); sys.exit(not o["retry"] or o["receipt"]["index"] != int(sys.argv[1]))' \
  "$leaf" || fail 'a retry has another receipt'
[ "$before" = "$(remote_state srv/acme.vault)" ] || fail 'a retry changed the remote'
echo other >two.json
expect 3 put_there two.json
says 'exists with other bytes'
expect 3 vault commit --remote "$remote" --vault-id "sha256:$(printf %064d 0)" --period soc2-2026-h1 --key collector \
  --control CC8.1 --source github --as CC8.1/x one.json
says 'is the vault'
[ "$before" = "$(remote_state srv/acme.vault)" ] || fail 'a refused commit changed the remote'

expect 0 vault -C ev pull
prints '1 commit'
expect 0 vault -C ev fsck
expect 0 vault clone "$remote" audit --period soc2-2026-h1 --vault-id "$id"
prints '3 commits'
expect 0 vault -C audit fsck
prints 'sound (level logged'

# What was seen of the log is checked too.
cp audit/.vault/receipts/origin.log kept
sed -i 's/"sequence":2/"sequence":9/' audit/.vault/receipts/origin.log
expect 1 vault -C audit fsck
prints log-mismatch
cp kept audit/.vault/receipts/origin.log
[ "$(cat audit/CC6.1/two.json)" = two ] || fail 'the evidence is not at its path'
[ ! -w audit/CC6.1/one.json ] || [ "$(id -u)" = 0 ] || fail 'the evidence can be written to'
expect 0 vault -C srv/acme.vault fsck
prints 'sound (level logged'

# A pipeline may keep its source with its other settings, in the environment; an option goes before it.
echo kept >kept.json
VAULT_SOURCE=deploys vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
  --collected 2026-03-01T00:00:00Z --as CC8.1/kept.json kept.json -q
VAULT_SOURCE=deploys vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
  --source github --collected 2026-03-01T00:00:00Z --as CC8.1/named.json kept.json -q
vault -C ev pull -q
expect 0 vault -C ev show soc2-2026-h1:CC8.1/kept.json
prints deploys
expect 0 vault -C ev show soc2-2026-h1:CC8.1/named.json
prints github
