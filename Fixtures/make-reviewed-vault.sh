#!/bin/sh
# Makes Fixtures/reviewed-vault anew: a period whose reviews hold draws, results and a reconciliation. Like the frozen
# vault it stays as it is, and every later program reads it.
# Usage: make-reviewed-vault.sh VAULT_BINARY
set -eu
binary=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp frozen-vault-keys/* "$work"
chmod 600 "$work"/*
rm -rf reviewed-vault
vault() { "$binary" --quiet -C reviewed-vault "$@"; }
commit() {
  vault commit --period soc2-2026-h1 --source test-source --collected 2026-06-30T23:00:00Z --key "$work/collector" \
    --kind population --id-field "$2" --as "CC8.1/$1" "$work/$1"
}
seq 40 | sed 's/.*/{"change":"C-&","sha":"a&"}/' >"$work/deploys.ndjson"
seq 2 41 | sed 's/.*/{"id":"C-&","sha":"a&"}/; s/a7"/b7"/' >"$work/approvals.ndjson"
"$binary" --quiet init reviewed-vault --bare --key "$work/root-a"
vault trust add collector --key-file "$work/collector.pub" --role collect --key "$work/root-a"
vault trust add auditor --key-file "$work/former.pub" --role audit --key "$work/root-a"
vault period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key "$work/root-a"
commit deploys.ndjson /change
commit approvals.ndjson /id
status=0
vault reconcile soc2-2026-h1:CC8.1/deploys.ndjson soc2-2026-h1:CC8.1/approvals.ndjson --on /change=/id --compare /sha \
  --commit --key "$work/former" || status=$?
[ "$status" = 1 ]
vault sample draw soc2-2026-h1:CC8.1/deploys.ndjson --size 3 --seed 000102030405060708090a0b0c0d0e0f --purpose walkthrough \
  --key "$work/former" --out "$work/sample"
vault sample extend "$work/sample" --size 5 --key "$work/former"
first=$(sed -n '2s/,.*//p' "$work/sample/workpaper.csv")
second=$(sed -n '3s/,.*//p' "$work/sample/workpaper.csv")
vault sample result soc2-2026-h1 --draw 2 --record "$first" --outcome exception --note 'no approval' --key "$work/former"
vault sample result soc2-2026-h1 --draw 2 --record "$second" --outcome pass --key "$work/former"
vault sample result soc2-2026-h1 --draw 2 --record "$first" --outcome pass --note 'the approval was found' --key "$work/former"
rm -rf reviewed-vault/index reviewed-vault/staging
