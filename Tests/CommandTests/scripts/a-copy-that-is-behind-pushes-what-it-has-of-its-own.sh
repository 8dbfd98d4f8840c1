. ./remote.sh
make_remote
ssh-keygen -q -t ed25519 -N '' -C auditor -f auditor
vault -C ev trust add auditor --key-file auditor.pub --role audit --key root -q
vault -C ev remote add origin "$remote" -q
vault -C ev period open soc2-other --framework soc2 --from 2026-01-01 --to 2027-01-01 --key root -q
printf '{"id":%d}\n' 1 2 3 >a.ndjson
vault -C ev population add a.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
  --as CC8.1/a.ndjson --source-count 3 -q
draw() {
  vault -C "$1" sample draw soc2-2026-h1:CC8.1/a.ndjson --size 1 --seed "$(openssl rand -hex 16)" --key auditor \
    --out "$2" -q
}
draw ev one
expect 0 vault -C ev push
cp -r ev behind

# In one period it is only behind; in the other it has a commit.
echo evidence >f
put --as CC6.1/f f -q
draw ev two
expect 0 vault -C ev push
vault -C behind commit --period soc2-other --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/f f -q
expect 0 vault -C behind push
prints 'periods/soc2-other  1 commit'
expect 0 vault -C behind pull

# Where it has a review that cannot follow, nothing of it is pushed.
cp -r ev behind2
draw ev three
expect 0 vault -C ev pull
expect 0 vault -C ev push
draw behind2 four
vault -C behind2 commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/g f -q
before=$(remote_state srv/acme.vault)
expect 3 vault -C behind2 push
says 'of reviews/soc2-2026-h1 is another'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'the remote changed'
expect 0 vault -C srv/acme.vault fsck
