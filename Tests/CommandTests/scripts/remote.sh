# Shared by the tests of remotes, in place of lib.sh: the script runs twice, over a local path and over a real sshd.
. ./lib.sh
if [ -z "${TRANSPORT:-}" ]; then
  for TRANSPORT in ${ONLY_TRANSPORT:-local ssh}; do
    mkdir "by-$TRANSPORT"
    cp ./*.sh ./*.py "by-$TRANSPORT"
    (cd "by-$TRANSPORT" && TRANSPORT=$TRANSPORT sh "./${0##*/}") || fail "by $TRANSPORT"
  done
  exit 0
fi

# make_remote: a vault ev, and its remote srv/acme.vault, whose log its trust names.
make_remote() {
  make_vault
  vault init --bare srv/acme.vault --from ev -q
  vault -C ev trust log add origin --log-key srv/acme.vault/log.pub --key root -q
  [ "$TRANSPORT" != ssh ] || start_sshd
  remote=$(address acme.vault)
}

# make_remote_with_laptop: the same with the vault's id in id, keys of a collector 'laptop' and an 'approver', everything pushed to
# origin, and a clone 'lag'.
make_remote_with_laptop() {
  make_remote
  id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
  for name in laptop approver; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
  vault -C ev trust add laptop --key-file laptop.pub --role collect --key root -q
  vault -C ev trust add approver --key-file approver.pub --role approve --key root -q
  vault -C ev remote add origin "$remote" -q
  vault -C ev push -q
  vault clone "$remote" lag --vault-id "$id" -q
}

# address NAME: of srv/NAME, for somebody who may push and fetch.
address() {
  if [ "$TRANSPORT" = ssh ]; then echo "github-collector:$1"; else echo "srv/$1"; fi
}

# start_sshd: an sshd of our own on a free port of this machine, that knows the keys of authorize; VAULT_SSH leads to it.
# Its users are hosts of ssh's configuration.
start_sshd() {
  sshd=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v sshd) || fail 'there is no sshd: apt-get install openssh-server'
  # Debian makes this folder where the service starts, and sshd of root does not go without.
  [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
  mkdir sshd
  ssh-keygen -q -t ed25519 -N '' -f sshd/host
  : >sshd/authorized_keys
  attempts=0
  until listen; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 10 ] || fail "sshd did not start: $(cat sshd/log)"
  done
  printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 sshd/host.pub)" >sshd/known_hosts
  cat >sshd/client <<END
Host *
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile $PWD/sshd/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
END
  printf '#!/bin/sh\nexec ssh -F "%s/sshd/client" "$@"\n' "$PWD" >sshd/ssh
  chmod +x sshd/ssh
  VAULT_SSH=$PWD/sshd/ssh
  export VAULT_SSH
  authorize github-collector --allow push --allow fetch
}

# One attempt: another program may take the port that was free a moment ago.
listen() {
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >sshd/config <<END
ListenAddress 127.0.0.1
Port $port
HostKey $PWD/sshd/host
AuthorizedKeysFile $PWD/sshd/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
SetEnv PATH=$PATH
END
  # Not a child of this shell, or a bare wait in a test would wait for it.
  : >sshd/log
  ("$sshd" -D -e -f "$PWD/sshd/config" 2>>sshd/log & echo $! >sshd/process)
  trap 'kill "$(cat sshd/process)" 2>/dev/null' EXIT
  until grep -q "^Server listening on 127.0.0.1 port $port" sshd/log; do
    if grep -qE 'Cannot bind|fatal|configuration|no hostkeys' sshd/log; then return 1; fi
  done
}

# authorize NAME OPTIONS…: a key with these rights, and a host of its name that uses it.
authorize() {
  name=$1
  shift
  ssh-keygen -q -t ed25519 -N '' -f "sshd/$name"
  printf 'restrict,command="vault serve --root %s --as %s %s" %s\n' "$PWD/srv" "$name" "$*" \
    "$(cat "sshd/$name.pub")" >>sshd/authorized_keys
  printf 'Host %s\n  IdentityFile %s\n' "$name" "$PWD/sshd/$name" >>sshd/client
}

# relayed COMMAND…: with VAULT_SSH leading through relay.py, which reads RELAY_… variables. The address is the same host
# over ssh; over a local path the relay starts the server itself.
relayed() {
  if [ "$TRANSPORT" = ssh ]; then
    RELAY_SSH=$VAULT_SSH VAULT_SSH=$PWD/relay.py "$@"
  else
    RELAY_SERVE="vault serve --root $PWD/srv --as local --allow push --allow fetch" VAULT_SSH=$PWD/relay.py "$@"
  fi
}
relayed_remote=github-collector:acme.vault

# remote_state FOLDER: everything below it but its access log and quarantine.
remote_state() {
  (cd "$1" && find . -type f ! -name access.log ! -path './quarantine/*' -exec sha256sum {} + | LC_ALL=C sort)
}
