# docs/operating-a-remote.md, "Backup, and what a restore means", step by step.
. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
echo one >one
put --as CC6.1/one one -q
vault -C ev push -q
cp -a srv/acme.vault nightly
echo two >two
put --as CC6.1/two two -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
received=$(vault -C audit receipt show soc2-2026-h1:3 --json | grep -o '"received":"[^"]*"' | head -n 1)

# From the same moment: nothing is missing, and it goes on.
cp -a srv/acme.vault snapshot
rm -r srv/acme.vault
mv snapshot srv/acme.vault
expect 0 vault -C ev pull
expect 0 vault -C ev push

# From the night before: sound in itself, shorter than what clients saw, and refused by them.
mv srv/acme.vault damaged
mv nightly srv/acme.vault
expect 0 vault -C srv/acme.vault fsck
seen=$(python3 -c 'import json; print(json.load(open("audit/.vault/receipts/origin.seen"))["checkpoint"].split("\n")[1])')
[ "$(wc -l <srv/acme.vault/log/leaves.log)" -lt "$seen" ] || fail 'the restored log is not shorter'
for command in pull push; do
  for copy in ev audit; do
    expect 1 vault -C $copy $command
    says 'shows an older log than before'
  done
done

# A new remote with a log of its own, pushed to from a copy that holds everything.
vault init --bare srv/new.vault --from ev -q
vault -C ev trust log add second --log-key srv/new.vault/log.pub --key root -q
vault -C ev remote add second "$(address new.vault)" -q
expect 0 vault -C ev push second
expect 0 vault -C srv/new.vault fsck
prints 'sound (level logged'
expect 0 vault -C audit remote add second "$(address new.vault)"
expect 0 vault -C audit pull second
expect 0 vault -C audit fsck
prints 'sound (level logged'
# The old receipts stay good, and say the earlier time.
expect 0 vault -C audit receipt verify
prints 'origin  '
prints 'second  '
vault -C audit receipt show soc2-2026-h1:3 --remote origin --json | grep -qF "$received" || fail 'another received time'
expect 0 vault -C audit receipt show soc2-2026-h1:3 --remote second
echo three >three
put --as CC6.1/three three -q
expect 0 vault -C ev push second
