. ./remote.sh
make_remote
mkdir -p outside srv/below
cp -r srv/acme.vault outside/other.vault
ln -s ../outside/other.vault srv/linked.vault
ln -s ../outside srv/away
cp -r srv/acme.vault srv/below/deep.vault
before=$(whole_state outside)
echo x >f
put --as CC6.1/f f -q
expect 2 vault -C ev push 'github-collector:../outside/other.vault'
says '..'
for path in linked.vault away/other.vault missing.vault below acme.vault/packs; do
  expect 3 relayed vault -C ev push "github-collector:$path"
  says "no vault $path is served here"
done
# A client without this client's manners asks all the same.
ask() {
  python3 - "$1" <<'END'
import struct, sys, json
message = json.dumps({"client": "x", "path": sys.argv[1], "protocol": 1, "type": "hello"}, separators=(",", ":")).encode()
sys.stdout.buffer.write(b"evidence-vault/1\r\n" + struct.pack("<IBBH", len(message), 1, 0, 0) + message)
END
}
for path in ../outside/other.vault acme.vault/../../outside/other.vault /etc . '' "$PWD/outside/other.vault"; do
  ask "$path" | { vault serve --root srv --allow fetch || true; } >answer 2>/dev/null
  if grep -q '"type":"welcome"' answer; then fail "served: $path"; fi
done
ask acme.vault | { vault serve --root srv --allow fetch || true; } >answer 2>/dev/null
grep -aq '"type":"welcome"' answer || fail 'the question itself is wrong'
expect 0 relayed vault -C ev push github-collector:below/deep.vault
[ "$(whole_state outside)" = "$before" ] || fail 'something outside the root was touched'
