# What is staged, and when, does not depend on the transport.
ONLY_TRANSPORT=local
. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)
echo x >f
put --as CC6.1/f f -q
vault -C ev push "$remote" -q
clone() { vault clone "$remote" audit --period soc2-2026-h1 --vault-id "$id" "$@"; }
clone -q
staged=audit/.vault/staging/fetch-periods-soc2-2026-h1
[ ! -e $staged ] || fail 'a clone leaves its folder'

# A clone that was killed behind the ref line: its pack was renamed away, so that only the folder is left.
mkdir -p $staged
expect 0 clone
[ ! -e $staged ] || fail 'a repeated clone leaves an empty folder'
# Or it was copied, and is still there.
mkdir -p $staged
echo copied >$staged/000001.pack
expect 0 vault -C audit pull
[ ! -e $staged ] || fail 'a fetch leaves what was placed already'
# What somebody else is fetching stays.
mkdir -p $staged
echo live >$staged/000001.pack
flock $staged/000001.pack sh -c "cd '$PWD' && vault -C audit pull -q"
[ -e $staged/000001.pack ] || fail 'what another process fetches was removed'
expect 0 vault -C audit pull
[ ! -e $staged ]
expect 0 vault -C audit fsck
