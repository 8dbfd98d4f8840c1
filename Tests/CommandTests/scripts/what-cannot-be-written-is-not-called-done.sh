. ./lib.sh
make_vault
seq 100000 >f
put --as CC1/f f -q
set +e
vault -C ev cat soc2-2026-h1:CC1/f >/dev/full 2>err
code=$?
set -e
[ "$code" = 4 ] || fail "exit $code where the output could not be written"
says 'no space left on device'
vault -C ev cat soc2-2026-h1:CC1/f | head -1 >/dev/null

expect 2 vault -C ev nonsense
says 'there is no verb "nonsense"'
expect 2 put --as "CC1/$(printf 'b\377')" f
says 'not UTF-8'
expect 2 put --as CC1/x/.vault/y f
expect 3 put --supersede --reason 'a typo in the path' --as CC1/fff f
says 'supersedes nothing'
expect 3 vault -C ev trust add other --key-file collector.pub --role manage --key root
says 'is there already, as collector'

mv ev/.vault/packs/soc2-2026-h1/000001.pack kept
expect 1 vault -C ev cat soc2-2026-h1:CC1/f
says 'a packfile is missing'
mkfifo ev/.vault/packs/soc2-2026-h1/000001.pack
set +e
timeout 20 vault -C ev cat soc2-2026-h1:CC1/f >out 2>err
code=$?
set -e
[ "$code" != 0 ] && [ "$code" != 124 ] || fail "exit $code with a pipe in place of a packfile"
rm ev/.vault/packs/soc2-2026-h1/000001.pack
mv kept ev/.vault/packs/soc2-2026-h1/000001.pack
vault -C ev fsck -q
