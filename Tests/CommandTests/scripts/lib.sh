# Shared by the command tests. Each script runs alone in an empty folder with `vault` first on PATH.
set -eu
unset VAULT_DIR VAULT_PERIOD VAULT_KEY VAULT_ID VAULT_SIGNER_PROGRAM SSH_AUTH_SOCK 2>/dev/null || true
LC_ALL=C.UTF-8
export LC_ALL

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# expect CODE COMMAND…: runs it and checks its exit code; its output is in the files out and err.
expect() {
  wanted=$1
  shift
  set +e
  "$@" >out 2>err
  got=$?
  set -e
  [ "$got" = "$wanted" ] || {
    cat out err >&2
    fail "exit $got instead of $wanted: $*"
  }
}

# says TEXT: the error message of the last command holds the text, and has the form of every error.
says() {
  grep -qF -- "$1" err || {
    cat err >&2
    fail "the message does not say: $1"
  }
  grep -q '^vault: error: ' err || fail 'an error without its form'
}

prints() {
  grep -qF -- "$1" out || {
    cat out >&2
    fail "the output lacks: $1"
  }
}

fingerprint() { ssh-keygen -lf "$1.pub" | cut -d ' ' -f 2; }

# make_vault [FOLDER]: a vault with a collector for CC*/** and an open period.
make_vault() {
  [ -f root ] || ssh-keygen -q -t ed25519 -N '' -C root -f root
  [ -f collector ] || ssh-keygen -q -t ed25519 -N '' -C collector -f collector
  vault init "${1:-ev}" --key root -q
  vault -C "${1:-ev}" trust add collector --key-file collector.pub --role collect --period 'soc2-*' \
    --path 'CC*/**' --key root -q
  vault -C "${1:-ev}" period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root -q
}

# make_local_remote: a vault ev and its remote r.vault, at a path and named origin, whose log its trust names.
make_local_remote() {
  make_vault
  vault init --bare r.vault --from ev -q
  vault -C ev trust log add origin --log-key r.vault/log.pub --key root -q
  vault -C ev remote add origin ./r.vault -q
}

# put ARGUMENTS…: a commit with the usual metadata.
put() {
  vault -C ev commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
    --collected 2026-03-01T00:00:00Z "$@"
}

# flip FILE OFFSET: changes one bit. A fixed byte in its place would be the same one now and then.
flip() {
  python3 - "$1" "$2" <<'END'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 1]))
END
}

# state FOLDER: a digest of every file below it with its name, to compare before and after.
state() {
  (cd "$1" && find . -type f ! -path './index/*' ! -path './.vault/index/*' -exec sha256sum {} + | LC_ALL=C sort)
}
whole_state() {
  (cd "$1" && find . \( -type f -exec sha256sum {} + -o -print \) | LC_ALL=C sort)
}

# add_records FILE [OPTION …]: a population of records with the id in /id, the sequence in /n and the time in /t.
add_records() {
  vault -C ev population add "$@" --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --as CC8.1/records.ndjson --id-field /id --sequence-field /n --time-field /t
}
