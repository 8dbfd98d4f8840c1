. ./lib.sh
# A real small file system, in a name space of its own where that takes no root.
if [ "${1:-}" != inside ]; then
  if [ "$(id -u)" = 0 ]; then exec unshare -m sh "$0" inside; fi
  if unshare -rm true 2>/dev/null; then exec unshare -rm sh "$0" inside; fi
  echo 'SKIPPED: mounting is not allowed here'
  exit 0
fi
mkdir small
mount -t tmpfs -o size=3m tmpfs small
make_vault small/ev
put_small() {
  vault -C small/ev commit --period soc2-2026-h1 --key collector --source s --collected 2026-03-01T00:00:00Z "$@"
}
echo x >f
put_small --as CC1/f f -q
head -c 20000000 /dev/urandom >big
expect 4 put_small --as CC1/big big
says 'no space left on device'
# Half of a pack gets into the packfile before the disk is full. It stays there: nothing is ever cut off.
packfile=small/ev/.vault/packs/soc2-2026-h1/000001.pack
size=$(stat -c %s $packfile)
head -c 4000000 /dev/urandom >tight
expect 4 put_small --as CC1/tight tight
says 'no space left on device'
half=$(stat -c %s $packfile)
[ "$half" -gt "$size" ] || fail 'the disk was not full in the middle of a pack'
expect 1 vault -C small/ev fsck
prints 'warning: unfinished-write: packs/soc2-2026-h1/000001.pack'
expect 4 put_small --as CC1/f2 f
vault -C small/ev ls soc2-2026-h1 >listed
grep -q CC1/f listed
mount -o remount,size=60m small
put_small --as CC1/after f -q
[ "$(stat -c %s $packfile)" -gt "$half" ] || fail 'the packfile was cut'
expect 0 vault -C small/ev fsck
prints 'disclosed: unfinished-write: packs/soc2-2026-h1/000001.pack'
prints "explained by a later line"
prints 'sound, with disclosures'
put_small --as CC1/tight tight -q
vault -C small/ev cat soc2-2026-h1:CC1/tight | cmp - tight
vault -C small/ev cat soc2-2026-h1:CC1/f | cmp - f

mount -o remount,ro small
before=$(whole_state small)
vault -C small/ev ls soc2-2026-h1 >/dev/null
vault -C small/ev log soc2-2026-h1 >/dev/null
vault -C small/ev show soc2-2026-h1:CC1/f >/dev/null
vault -C small/ev checkout soc2-2026-h1 --to away -q
vault -C small/ev fsck -q
expect 4 put_small --as CC1/late f
says 'read-only file system'
[ "$(whole_state small)" = "$before" ]
