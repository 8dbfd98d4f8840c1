. ./lib.sh
make_vault
before=$(whole_state ev)
vault_id=$(sed 's/.*"vault":"\(sha256:[0-9a-f]*\)".*/\1/' ev/.vault/vault.json)
expect 0 vault init --bare srv/acme.vault --from ev
prints "made vault $vault_id"
prints '2 trust documents, no periods'
[ "$(whole_state ev)" = "$before" ] || fail 'the source was changed'
cmp ev/.vault/vault.json srv/acme.vault/vault.json
[ "$(stat -c %a srv/acme.vault/log.key)" = 600 ]
[ "$(wc -l <srv/acme.vault/log.pub)" = 1 ]
grep -qE '^evidence-vault\.org/[0-9a-f]{16}/[0-9a-f]{16}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$' srv/acme.vault/log.pub
[ ! -e srv/acme.vault/packs/soc2-2026-h1 ] || fail 'a period was taken over'
expect 0 vault -C srv/acme.vault fsck
VAULT_ID=$vault_id expect 0 vault -C srv/acme.vault trust verify
prints 'verified: 2 trust documents'

# The public half in log.pub is that of log.key, as others read it.
printf '\001' >raw
ssh-keygen -y -f srv/acme.vault/log.key | cut -d ' ' -f 2 | base64 -d | tail -c 32 >>raw
[ "$(sed 's/^[^+]*+[^+]*+//' srv/acme.vault/log.pub)" = "$(base64 -w 0 raw)" ]
name=$(cut -d + -f 1 srv/acme.vault/log.pub)
hash=$({ printf '%s\n' "$name"; cat raw; } | sha256sum | cut -c 1-8)
[ "$(cut -d + -f 2 srv/acme.vault/log.pub)" = "$hash" ]

# A key that is brought along, or put elsewhere; a name of one's own.
ssh-keygen -q -t ed25519 -N '' -f mine
expect 0 vault init --bare srv/second --from ev/.vault --log-key mine --log-name log.example.org/acme --json
prints '"name":"log.example.org/acme"'
[ ! -e srv/second/log.key ]
cut -d ' ' -f 2 mine.pub | base64 -d | tail -c 32 >ours
sed 's/^[^+]*+[^+]*+//' srv/second/log.pub | base64 -d | tail -c 32 | cmp - ours
expect 0 vault init --bare srv/third --from srv/second --log-key fresh -q
[ "$(stat -c %a fresh)" = 600 ]
grep -q "^evidence-vault.org/" srv/third/log.pub

# What is refused leaves nothing behind.
ssh-keygen -q -t rsa -b 3072 -N '' -f rsa
ssh-keygen -q -t ed25519 -N secret -f locked
expect 2 vault init srv/no --from ev
says 'bare vault only'
expect 2 vault init --bare srv/no --from ev --key root
says 'do not go with --from'
expect 2 vault init --bare srv/no --from nowhere
expect 2 vault init --bare srv/no --from ev --log-name 'a b'
says 'is no name of a log'
expect 2 vault init --bare srv/no --from ev --log-key rsa
says 'is an Ed25519 key'
expect 2 vault init --bare srv/no --from ev --log-key locked
says 'passphrase'
expect 2 vault init --bare srv/no --from ev --log-key srv/no/inside
says 'would lie in the vault'
expect 2 vault init --bare srv/no --key root --log-name x
says 'go with --from'
chmod 644 mine
expect 3 vault init --bare srv/no --from ev --log-key mine
says 'others may use'
VAULT_ID=sha256:0000000000000000000000000000000000000000000000000000000000000000 \
  expect 3 vault init --bare srv/no --from ev
[ ! -e srv/no ] || fail 'a refusal left something behind'
expect 3 vault init --bare srv/second --from ev
says 'is a vault already'
expect 3 vault init --bare ev/below --from ev
says 'would lie in the vault'
mkdir full
echo x >full/x
expect 3 vault init --bare full --from ev
says 'is not empty'

# A source whose trust does not hold gives none.
cp -r ev broken
flip broken/.vault/packs/@vault/000001.pack 400
expect 1 vault init --bare srv/no --from broken
[ ! -e srv/no ] || fail 'a broken source left something behind'
