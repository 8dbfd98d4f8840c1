. ./remote.sh
make_remote
vault -C ev push "$remote" >/dev/null
# Two copies that know the collector; the remote then learns of its revocation from a third.
cp -r ev early
cp -r ev forged
vault -C ev trust revoke collector --at 2026-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push "$remote" >/dev/null
before=$(remote_state srv/acme.vault)
echo x >f
vault -C early commit --period soc2-2026-h1 --key collector --source s --collected 2026-03-01T00:00:00Z --as CC1/f f -q
expect 3 vault -C early push "$remote"
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a refused push left something behind'

# A vault whose own trust the remote does not have.
ssh-keygen -q -t ed25519 -N '' -f thief
vault -C forged trust add other --key-file thief.pub --role collect --key root -q
vault -C forged commit --period soc2-2026-h1 --key thief --source s --collected 2026-03-01T00:00:00Z --as CC1/f f -q
expect 3 vault -C forged push "$remote"
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a second history of trust left something behind'
vault -C srv/acme.vault fsck -q
