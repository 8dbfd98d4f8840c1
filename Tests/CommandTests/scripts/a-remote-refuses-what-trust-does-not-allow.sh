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
vault -C ev push -q
before=$(remote_state srv/acme.vault)
unchanged() { [ "$before" = "$(remote_state srv/acme.vault)" ] || fail "the remote changed: $1"; }
echo one >one.json

# Signers: unknown, out of scope, outside the period.
ssh-keygen -q -t ed25519 -N '' -f stranger
expect 3 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key stranger --control CC8.1 \
  --source github --as CC6.1/one.json one.json
unchanged 'an unknown key'
expect 3 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
  --source github --as other/one.json one.json
unchanged 'a path that is not the key'"'"'s'
expect 3 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --control CC8.1 \
  --source github --collected 2025-03-01T00:00:00Z --as CC6.1/one.json one.json
unchanged 'evidence outside the period'

# A copy that does not know of a revocation yet.
cp -a ev behind
vault -C ev trust revoke collector --at 2026-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push -q
before=$(remote_state srv/acme.vault)
vault -C behind commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/one.json one.json -q
expect 3 vault -C behind push
unchanged 'a key that was revoked'

# What is allowed is taken after all of them.
vault -C ev trust add next --key-file stranger.pub --role collect --period 'soc2-*' --path 'CC*/**' --key root -q
vault -C ev push -q
expect 0 vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key stranger --control CC8.1 \
  --source github --collected 2026-03-01T00:00:00Z --as CC6.1/one.json one.json
prints 'received 20'
expect 0 vault -C srv/acme.vault fsck
