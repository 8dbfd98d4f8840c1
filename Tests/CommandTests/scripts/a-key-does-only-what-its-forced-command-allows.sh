ONLY_TRANSPORT=ssh
. ./remote.sh
make_remote
authorize auditor --allow fetch --period "'soc2-*'"
authorize narrow --allow push --period "'iso-*'"
authorize small --allow push --limit-bytes 100000
head -c 200000 /dev/urandom >f
put --as CC6.1/f f -q
before=$(remote_state srv/acme.vault)

expect 3 vault -C ev push auditor:acme.vault
says 'auditor may not push'
[ "$(remote_state srv/acme.vault)" = "$before" ] || fail 'a key that may only fetch changed the remote'
grep -q '"as":"auditor"' srv/acme.vault/access.log
expect 3 vault -C ev push small:acme.vault
says 'over 100000 bytes'
grep '"as":"small"' srv/acme.vault/access.log | grep -q '"code":"limit"'
expect 3 vault -C ev push narrow:acme.vault
says 'there is no periods/soc2-2026-h1 here'
grep '"as":"narrow"' srv/acme.vault/access.log | grep -q '"code":"not-found"'
[ ! -e srv/acme.vault/refs/periods ] || [ ! -e srv/acme.vault/refs/periods/soc2-2026-h1.log ] ||
  [ "$(wc -l <srv/acme.vault/refs/periods/soc2-2026-h1.log)" = 1 ]

# What the client asks sshd to run counts for nothing, nor does a terminal or a tunnel.
tunnel=$(sshd/ssh -o ExitOnForwardFailure=yes -R 0:127.0.0.1:1 auditor true 2>&1 </dev/null || true)
case $tunnel in *'forwarding failed'*) ;; *) fail "a tunnel: $tunnel" ;; esac
sshd/ssh auditor 'touch elsewhere; vault serve --root / --allow push' </dev/null >out 2>err || true
[ "$(tr -d '\r\n' <out | head -c 16)" = evidence-vault/1 ] || fail 'the forced command did not run'
[ ! -e elsewhere ] && [ ! -e ~/elsewhere ]

# A key that sshd does not know reaches nothing.
ssh-keygen -q -t ed25519 -N '' -f stranger
expect 4 vault -C ev push "ssh://$(id -un)@127.0.0.1:$port/acme.vault" --identity stranger
says 'ssh ended with exit status 255'
expect 0 vault -C ev push "ssh://$(id -un)@127.0.0.1:$port/acme.vault" --identity sshd/github-collector
vault -C srv/acme.vault fsck -q

# With a limit in place what fits still goes through; what another key pushed is there.
expect 0 vault -C ev push small:acme.vault
