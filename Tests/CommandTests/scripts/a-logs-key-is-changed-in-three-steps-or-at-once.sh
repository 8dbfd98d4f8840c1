. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
echo one >one
put --as CC6.1/one one -q
vault -C ev push -q
vault clone "$remote" audit --vault-id "$id" -q
bare=srv/acme.vault
leaves=$(cat $bare/log/leaves.log)
cp $bare/log.pub old.pub

# Planned: the trust names the new key beside the old one, the remote signs with it, the trust leaves the old one out.
expect 0 vault -C $bare checkpoint new-key new.key
[ "$(stat -c %a new.key)" = 600 ]
[ "$(cut -d + -f 1 new.key.pub)" = "$(cut -d + -f 1 old.pub)" ] || fail 'the log gets another name'
expect 0 vault -C $bare checkpoint new-key new.key
before=$(remote_state $bare)
expect 3 vault -C $bare checkpoint rotate-key new.key
says 'does not name the new key'
[ "$(remote_state $bare)" = "$before" ] || fail 'a refusal changed the remote'
vault -C ev trust log add origin-2 --log-key new.key.pub --key root -q
expect 0 vault -C ev push
expect 0 vault -C $bare checkpoint rotate-key new.key
prints "the log signs with $(cat new.key.pub)"
cmp $bare/log.pub new.key.pub
cmp $bare/log.key new.key
[ "$(stat -c %a $bare/log.key)" = 600 ]
case $(cat $bare/log/leaves.log) in "$leaves"*) ;; *) fail 'the leaves changed' ;; esac
expect 0 vault -C audit pull
expect 0 vault -C audit fsck
prints 'sound (level logged'
echo two >two
put --as CC6.1/two two -q
expect 0 vault -C ev push
vault -C ev trust log remove origin --key root -q
expect 0 vault -C ev push
# Receipts that the old key signed are made again under the new one.
for copy in ev audit; do
  expect 0 vault -C $copy pull
  expect 0 vault -C $copy receipt verify
  expect 0 vault -C $copy receipt show soc2-2026-h1:2
  prints "$(cat new.key.pub)"
  expect 0 vault -C $copy fsck
  prints 'sound (level logged'
done
expect 0 vault -C $bare fsck
prints 'sound (level logged'
again=$(remote_state $bare | grep -v checkpoint)
expect 0 vault -C $bare checkpoint rotate-key new.key
[ "$(remote_state $bare | grep -v checkpoint)" = "$again" ] || fail 'the same key again changed more than the checkpoint'

# Broken off after the key and before log.pub: pushes are refused, reading goes on, and the same command ends it.
vault -C $bare checkpoint new-key third.key -q
vault -C ev trust log add origin-3 --log-key third.key.pub --key root -q
vault -C ev push -q
cp -a $bare half
cp half/log.pub second.pub
vault -C $bare checkpoint rotate-key third.key -q
cp $bare/log.key half/log.key
mv $bare done && mv half $bare
expect 0 vault -C audit pull
echo three >three
put --as CC6.1/three three -q
expect 4 vault -C ev push
expect 0 vault -C $bare checkpoint rotate-key third.key
expect 0 vault -C ev push
cmp $bare/log.pub third.key.pub

# Stolen: the key changes at once. Until the trust names the new one the log is refused, with either key.
cp -a $bare thief
cp -r audit victim
vault -C $bare checkpoint new-key fourth.key -q
expect 3 vault -C $bare checkpoint rotate-key fourth.key
expect 0 vault -C $bare checkpoint rotate-key fourth.key --at-once
expect 3 vault -C ev push
says 'log'
expect 3 vault -C audit pull
vault -C ev trust log add origin-4 --log-key fourth.key.pub --key root -q
vault -C ev trust log remove origin-3 --key root -q
vault -C ev trust log remove origin-2 --key root -q
expect 0 vault -C ev push
expect 0 vault -C audit pull
expect 0 vault -C audit fsck
prints 'sound (level logged'
expect 0 vault -C audit receipt verify
# Who stole it signs a second history; who knows the new trust does not believe it.
(cd thief && vault -C . checkpoint renew -q)
mv $bare honest && mv thief $bare
expect 3 vault -C audit pull
mv $bare thief && mv honest $bare
expect 0 vault -C audit pull
expect 2 vault -C ev checkpoint renew
says "is no remote's vault"

# A key that lies elsewhere stays there: log.pub alone changes.
mv $bare/log.key away.key
expect 0 vault -C $bare checkpoint new-key fifth.key
expect 0 vault -C $bare checkpoint rotate-key fifth.key --at-once
[ ! -e $bare/log.key ] || fail 'a key was put into a vault that had none'
cmp $bare/log.pub fifth.key.pub
expect 0 vault -C $bare checkpoint renew --log-key fifth.key
expect 2 vault -C $bare checkpoint rotate-key missing
