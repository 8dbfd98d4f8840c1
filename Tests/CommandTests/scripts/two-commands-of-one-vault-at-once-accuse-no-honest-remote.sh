. ./lib.sh
make_vault
mkdir srv
vault init --bare srv/acme.vault --from ev -q
vault -C ev trust log add origin --log-key srv/acme.vault/log.pub --key root -q
vault -C ev remote add origin host:acme.vault -q
cat >direct <<END
#!/bin/sh
exec vault serve --root "$PWD/srv" --as github-collector --allow push --allow fetch
END
# Holds the server's greeting back until another command of the vault has seen more of the log than that says.
cat >behind <<'END'
#!/usr/bin/env python3
import os, subprocess

server = subprocess.Popen(["./direct"], stdout=subprocess.PIPE)
passed = 0
while True:
    piece = os.read(server.stdout.fileno(), 65536)
    if not piece:
        break
    if passed <= 300 < passed + len(piece):
        subprocess.run(os.environ["MEANWHILE"], shell=True, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, env=os.environ | {"VAULT_SSH": "./direct"})
        open("ran", "w").close()
    os.write(1, piece)
    passed += len(piece)
END
chmod +x direct behind
export MEANWHILE
VAULT_SSH=./direct vault -C ev push -q

# late COMMAND…: runs it behind MEANWHILE.
late() {
  rm -f ran
  VAULT_SSH=./behind expect 0 "$@"
  [ -e ran ] || fail 'nothing came between'
}

MEANWHILE='vault -C ev push -q'
echo 1 >f
put --as CC6.1/f1 f -q
late vault -C ev fetch
echo 2 >f
put --as CC6.1/f2 f -q
late vault -C ev push
echo 3 >f
MEANWHILE='vault -C ev push -q && vault -C ev fetch -q'
put --as CC6.1/f3 f -q
late vault -C ev pull
# The same log under another name.
VAULT_SSH=./direct vault -C ev remote add second host:acme.vault -q
echo 4 >f
put --as CC6.1/f4 f -q
late vault -C ev fetch second
VAULT_SSH=./direct expect 0 vault -C ev fetch second
expect 0 vault -C ev fsck
prints 'sound (level logged'
[ -z "$(grep disclosed out)" ]

# One that really went back is caught, also when that is asked for anew.
cp -r srv/acme.vault older
echo 5 >f
put --as CC6.1/f5 f -q
VAULT_SSH=./direct vault -C ev push -q
rm -rf srv/acme.vault
mv older srv/acme.vault
for verb in fetch push; do
  VAULT_SSH=./direct expect 1 vault -C ev $verb
  says 'shows an older log than before'
done
