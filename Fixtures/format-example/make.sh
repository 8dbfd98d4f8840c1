#!/bin/sh
# Makes the vault of docs/format.md's example anew and rewrites the example in that page, and the receipt of it in
# docs/protocol.md.
# Usage: make.sh VAULT_BINARY
set -eu
vault=$(realpath "$1")
cd "$(dirname "$0")"
keys=$(realpath ../frozen-vault-keys)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$keys"/* "$work"
chmod 600 "$work"/*
period=soc2-2026-h1

rm -rf vault
"$vault" --quiet init vault --bare --key "$work/root-a"
"$vault" --quiet -C vault trust add github-collector --key-file "$work/collector.pub" --role collect \
  --period 'soc2-*' --path 'CC*/**' --key "$work/root-a"
"$vault" --quiet -C vault period open $period --framework soc2 --from 2026-01-01 --to 2026-07-01 \
  --key "$work/root-a" -m 'Open the first half of 2026'
"$vault" --quiet -C vault commit --period $period --key "$work/collector" --control CC6.2 --source okta \
  --collected 2026-06-30T22:00:00Z --as CC6.2/review.txt -m 'Access review' review.txt
"$vault" --quiet -C vault commit --period $period --key "$work/collector" --control CC8.1 --source github \
  --query 'is:pr is:merged' --series prs --kind population --id-field /number --source-count 3 \
  --effective-from 2026-01-01T00:00:00Z --effective-to 2026-07-01T00:00:00Z --collected 2026-07-01T06:00:00Z \
  --as CC8.1/prs.ndjson -m 'Merged pull requests' prs.ndjson
rm -rf vault/index vault/staging
python3 render.py
python3 render_receipt.py "$vault" "$work"
