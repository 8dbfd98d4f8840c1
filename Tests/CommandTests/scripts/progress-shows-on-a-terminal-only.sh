. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
head -c 3000000 /dev/urandom >f
put --as CC6.1/f f -q
# on_terminal COMMAND…: with a real pseudo-terminal as standard error, whose bytes come to the file terminal.
cat >on_terminal.py <<'END'
import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=open("out", "wb"), stderr=slave)
os.close(slave)
with open("terminal", "wb") as file:
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:  # EIO: nobody holds the other side any more.
            break
        if not data:
            break
        file.write(data)
sys.exit(child.wait())
END
on_terminal() { RELAY_PACE=65536 relayed python3 on_terminal.py "$@"; }
# tells WHAT PATTERN: one of the lines that were drawn over each other is WHAT: BYTES, RATE, and PATTERN.
tells() {
  tr '\r' '\n' <terminal | sed 's/\x1b\[K//' | grep -qE "^$1: [0-9.]+ [kM]?B, [0-9.]+ [kM]?B/s$2\$" ||
    { cat -v terminal; fail "no progress of $1"; }
  [ "$(tail -c 4 terminal | od -An -tx1 | tr -d ' \n')" = 0d1b5b4b ] || fail 'the line is not cleared at the end'
}
on_terminal vault -C ev push "$relayed_remote" || fail "push: $(cat terminal)"
tells pushing ', [0-9]+ s left'
grep -q 'received 20' out || fail 'the answer is not on standard output'
head -c 3000000 /dev/urandom >r
on_terminal vault commit --remote "$relayed_remote" --vault-id "$id" --period soc2-2026-h1 --key collector --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/r r || fail "commit: $(cat terminal)"
tells pushing ', [0-9]+ s left'
grep -q '  received 20' out || fail 'the answer is not on standard output'
vault -C ev pull "$remote" -q
on_terminal vault clone "$relayed_remote" audit --vault-id "$id" || fail "clone: $(cat terminal)"
tells fetching ', [0-9]+ s left'

# Elsewhere nothing but errors goes there.
put --as CC6.1/g f -q
RELAY_PACE=65536 expect 0 relayed vault clone "$relayed_remote" again --vault-id "$id"
[ ! -s err ] || fail "standard error: $(cat err)"
head -c 3000000 /dev/urandom >h
put --as CC6.1/h h -q
RELAY_PACE=65536 expect 0 relayed vault -C ev push "$relayed_remote"
[ ! -s err ] || fail "standard error: $(cat err)"
