#!/bin/sh
# Makes Fixtures/repudiated-vault anew: a period in which an approver repudiated two commits. Like the frozen vault
# it stays as it is, and every later program reads it.
# Usage: make-repudiated-vault.sh VAULT_BINARY
set -eu
binary=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp frozen-vault-keys/* "$work"
chmod 600 "$work"/*
rm -rf repudiated-vault
vault() { "$binary" --quiet -C repudiated-vault "$@"; }
commit() {
  printf '%s\n' "$2" > "$work/evidence"
  path=$1
  shift 2
  vault commit --period soc2-2026-h1 --source test-source --collected 2026-06-30T23:00:00Z --key "$work/collector" \
    --as "$path" "$@" "$work/evidence"
}
repudiate() {
  id=$(vault log soc2-2026-h1 | sed -n "s/^commit \([0-9a-f]*\)  ($1)\$/\1/p")
  vault repudiate soc2-2026-h1 --commit "$id" --reason "$2" --key "$work/approver"
}
"$binary" --quiet init repudiated-vault --bare --key "$work/root-a"
vault trust add collector --key-file "$work/collector.pub" --role collect --key "$work/root-a"
vault trust add approver --key-file "$work/approver.pub" --role approve --key "$work/root-a"
vault period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key "$work/root-a"
commit CC6.2/review.txt 'thirty accounts reviewed'
commit CC6.2/review.txt 'three accounts of the test system' --supersede --reason 'a newer export'
commit CC6.3/leavers.txt 'nobody left'
repudiate 3 'taken from the test system'
repudiate 4 'signed by a stolen key'
commit CC6.3/leavers.txt 'nobody left' --supersede --reason 'the same, by the right key'
rm -rf repudiated-vault/index repudiated-vault/staging
