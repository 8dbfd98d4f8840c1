. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
echo one >one
put --as CC6.1/one one -q
vault -C ev push "$remote" -q
expect 0 vault clone "$remote" audit
prints "the remote shows the vault $id"
prints 'nothing vouches for this id'
# It is recorded: another vault at the same address is refused.
mv srv/acme.vault kept
ssh-keygen -q -t ed25519 -N '' -f thief
vault init other --key thief -q
vault init --bare srv/acme.vault --from other -q
expect 3 vault -C audit pull
says 'is the vault'
expect 3 vault clone "$remote" pinned --vault-id "$id"
says 'is the vault'
expect 3 env VAULT_ID="$id" vault clone "$remote" pinned
[ ! -e pinned ] || fail 'something of another vault was written'
rm -r srv/acme.vault
mv kept srv/acme.vault
expect 0 env VAULT_ID="$id" vault clone "$remote" pinned
[ -z "$(grep vouches out)" ] || fail 'a pinned id is doubted'
[ "$(stat -c %a pinned/CC6.1/one)" = 444 ] || fail 'the evidence is not read-only'
expect 0 vault clone "$remote" bare.vault --bare
[ -e bare.vault/vault.json ] && [ ! -e bare.vault/CC6.1 ]
expect 0 vault -C bare.vault fsck
prints 'sound (level logged'
expect 0 vault clone "$remote" alone --no-checkout
[ "$(find alone -mindepth 1 -maxdepth 1)" = alone/.vault ]
[ "$TRANSPORT" = ssh ] || expect 0 vault clone "file://$PWD/srv/acme.vault" by-url --vault-id "$id"
