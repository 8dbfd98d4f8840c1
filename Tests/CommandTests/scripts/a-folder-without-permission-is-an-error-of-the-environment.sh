. ./lib.sh
make_vault
mkdir -p d/closed
echo x >d/closed/f
chmod 000 d/closed
if [ "$(id -u)" = 0 ]; then
  chmod -R a+rwX . 2>/dev/null
  chmod 000 d/closed
  chown -R 65534 ev collector
  as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
else
  as_user() { "$@"; }
fi
expect 4 as_user env PATH="$PATH" vault -C ev commit --period soc2-2026-h1 --key collector --source s \
  --collected 2026-03-01T00:00:00Z --as CC1/d d
says 'permission denied'
chmod 755 d/closed
