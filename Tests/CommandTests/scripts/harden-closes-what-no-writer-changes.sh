. ./lib.sh
# Marks are taken away again at the end, or nobody could remove this folder.
touch probe
if ! chattr +a probe 2>/dev/null; then
  echo 'SKIPPED: marks take root, chattr and a file system that keeps them'
  exit 0
fi
trap 'chattr -R -i -a . 2>/dev/null' EXIT
ssh-keygen -q -t ed25519 -N '' -f root
vault init srv --bare --key root -q
vault -C srv trust add collector --key-file root.pub --role collect --key root -q
vault -C srv period open p --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root -q
put_bare() {
  vault -C srv commit -q --period p --key root --source s --collected 2026-03-01T00:00:00Z "$@"
}
echo x >f
put_bare --as a f
# A pack of this size becomes a packfile of its own, which closes the one before.
head -c 17000000 /dev/urandom >big
put_bare --as big big
[ -e srv/packs/p/000002.pack ] || fail 'the large pack is no packfile of its own'

expect 0 vault -C srv harden --dry-run
prints 'would-set immutable   packs/p/000001.pack'
prints 'would-set append-only refs/trust.log'
if lsattr -R srv | grep -qE '^[^ ]*[ia][^ ]* '; then fail 'a dry run marked something'; fi

before=$(whole_state srv)
expect 0 vault -C srv harden
prints 'set       immutable   packs/p/000001.pack'
for file in packs/p/000002.pack packs/@vault/000001.pack refs/periods/p.log refs/trust.log; do
  prints "set       append-only $file"
done
for file in packs/p/000001.pack packs/p/000002.pack refs/periods/p.log refs/trust.log; do
  if rm -f srv/$file 2>/dev/null; then fail "$file was removed"; fi
  if mv srv/$file srv/$file.old 2>/dev/null; then fail "$file was renamed"; fi
  if truncate -s 1 srv/$file 2>/dev/null; then fail "$file was cut"; fi
  if printf X | dd of=srv/$file conv=notrunc status=none 2>/dev/null; then fail "$file was overwritten"; fi
done
if { echo x >>srv/packs/p/000001.pack; } 2>/dev/null; then fail 'a closed packfile grew'; fi
[ "$(whole_state srv)" = "$before" ] || fail 'a marked file was changed'
expect 0 vault -C srv harden --json
prints '{"mark":"immutable","path":"packs/p/000001.pack","state":"already"}'

# The vault goes on as before, and the next packfile that is passed is closed too.
put_bare --as b f --message more
ssh-keygen -q -t ed25519 -N '' -f other
vault -C srv trust add other --key-file other.pub --role collect --key root -q
vault -C srv period open q --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root -q
head -c 17000001 /dev/urandom >bigger
put_bare --as bigger bigger
expect 0 vault -C srv harden
prints 'set       immutable   packs/p/000002.pack'
prints 'set       append-only packs/p/000003.pack'
prints 'set       append-only packs/q/000001.pack'
put_bare --as c f --message last
vault -C srv fsck -q

# What cannot be done is told file by file.
cp -r srv copy
chmod -R u+w copy
if setpriv --bounding-set -linux_immutable true 2>/dev/null; then
  expect 4 setpriv --bounding-set -linux_immutable "$(command -v vault)" -C copy harden
  prints 'failed    append-only refs/trust.log: operation not permitted: it takes the capability CAP_LINUX_IMMUTABLE'
  expect 4 setpriv --bounding-set -linux_immutable "$(command -v vault)" -C copy harden --json
  prints '"state":"failed"'
fi
mkdir plain
if unshare -m true 2>/dev/null; then
  # ramfs keeps no marks.
  expect 4 unshare -m sh -c 'mount -t ramfs ramfs plain && cp -r copy plain/v && vault -C plain/v harden'
  prints 'refs/trust.log: the file system keeps no such marks'
fi
mkdir work
vault init work --key root -q
expect 2 vault -C work harden
says 'not a bare one'
