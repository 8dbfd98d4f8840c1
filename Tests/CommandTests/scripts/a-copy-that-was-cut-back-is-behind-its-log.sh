. ./lib.sh
make_local_remote
echo 1 >f
put --as CC6.1/f1 f -q
vault -C ev push -q
cp -r ev/.vault kept
echo 2 >f
put --as CC6.1/f2 f -q
vault -C ev push -q
expect 0 vault -C ev fsck
prints 'sound (level logged'

# Somebody takes the newest commit away, with its evidence, and leaves no trace of it in refs and packs.
rm -rf ev/.vault/refs ev/.vault/packs ev/.vault/index
cp -r kept/refs kept/packs ev/.vault/
expect 0 vault -C ev fsck
prints 'disclosed: behind-log: periods/soc2-2026-h1@2'
prints 'receipts/origin.log accepted up to commit 3, received 20'
prints 'sound, with disclosures (level logged'
expect 0 vault -C ev fsck --json
prints '"name":"behind-log"'

# What is missing comes back from the remote, as it was.
expect 0 vault -C ev pull
expect 0 vault -C ev fsck
prints 'sound (level logged'
[ -z "$(grep disclosed out)" ]
expect 0 vault -C ev cat soc2-2026-h1:CC6.1/f2
prints 2

# One who merely has not pulled what others pushed is told the same.
vault clone r.vault other --vault-id "$(sed 's/.*"vault":"\(sha256:[0-9a-f]*\)".*/\1/' ev/.vault/vault.json)" -q
echo 3 >f
put --as CC6.1/f3 f -q
vault -C ev push -q
expect 0 vault -C other fsck
prints 'sound (level logged'
expect 0 vault -C other push
expect 0 vault -C other fsck
prints 'disclosed: behind-log: periods/soc2-2026-h1@3'
