. ./lib.sh
make_vault
v=ev/.vault
echo a >a
vault -C ev add --source okta --collected 2026-03-01T00:00:00Z --as CC1/a a -q
echo dead >$v/staging/added/000002.pack
echo dead >$v/staging/added/.tmp-1
echo dead >$v/staging/pack-dead
echo dead >$v/staging/.tmp-2
# While somebody stages nothing is removed: it may be theirs.
echo b >b
flock $v/staging/added sh -c "cd '$PWD' && . ./lib.sh && put --as CC1/b b -q"
[ -e $v/staging/added/000002.pack ] || fail 'what a live writer stages was removed'
[ -e $v/staging/added/.tmp-1 ]
[ ! -e $v/staging/pack-dead ]
echo c >c
put --as CC1/c c -q
[ ! -e $v/staging/added/000002.pack ] || fail 'a pack that nobody stages is still there'
[ ! -e $v/staging/added/.tmp-1 ]
ssh-keygen -q -t ed25519 -N '' -f other
vault -C ev trust add other --key-file other.pub --role audit --key root -q
[ ! -e $v/staging/.tmp-2 ]
# What is staged stays.
expect 0 vault -C ev status
prints CC1/a
expect 0 vault -C ev commit --period soc2-2026-h1 --key collector -m staged
vault -C ev fsck -q
