#!/bin/sh
# Makes Fixtures/sealed-vault anew: a period that expects, amends, waives and repudiates, and was closed and sealed by
# two approvers; and the next one, with late evidence, whose seal names the first one's. Like the frozen vault it stays
# as it is, and every later program reads it.
# Usage: make-sealed-vault.sh VAULT_BINARY
set -eu
binary=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp frozen-vault-keys/* "$work"
chmod 600 "$work"/*
rm -rf sealed-vault
vault() { "$binary" --quiet -C sealed-vault "$@"; }
commit() {
  period=$1
  path=$2
  printf '%s\n' "$3" > "$work/evidence"
  shift 3
  vault commit --period "$period" --source okta --key "$work/collector" --as "$path" "$@" "$work/evidence"
}
expect() { printf '%s\n' "$1" > "$work/expectations.json"; }
"$binary" --quiet init sealed-vault --bare --key "$work/root-a"
vault trust add collector --key-file "$work/collector.pub" --role collect --key "$work/root-a"
vault trust add manager --key-file "$work/manager.pub" --role manage --key "$work/root-a"
vault trust add approver --key-file "$work/approver.pub" --role approve --key "$work/root-a"
vault trust add second --key-file "$work/former.pub" --role approve --key "$work/root-a"

expect '[{"series":"access-review","system":"okta","cadence":"quarterly","owner":"it-ops","controls":["CC6.2"]},
 {"series":"backups","system":"s3","cadence":"monthly"}]'
vault period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --system okta \
  --expect "$work/expectations.json" --key "$work/manager"
commit soc2-2026-h1 CC6.2/q1.txt 'thirty accounts reviewed' --series access-review --collected 2026-03-30T08:00:00Z
commit soc2-2026-h1 CC6.2/q1.txt 'thirty-one accounts reviewed' --series access-review \
  --collected 2026-03-31T08:00:00Z --supersede --reason 'one was left out'
commit soc2-2026-h1 CC8.1/prs.ndjson '{"number":1}' --kind population --id-field /number \
  --effective-from 2026-01-01T00:00:00Z --effective-to 2026-07-01T00:00:00Z --collected 2026-07-01T08:00:00Z
commit soc2-2026-h1 CC6.3/test.txt 'a test system' --collected 2026-04-01T08:00:00Z
id=$(vault log soc2-2026-h1 | sed -n 's/^commit \([0-9a-f]*\)  (5)$/\1/p')
vault repudiate soc2-2026-h1 --commit "$id" --reason 'taken from the test system' --key "$work/approver"
expect '[{"series":"backups","system":"s3","cadence":"monthly","withdrawn":true}]'
vault period amend soc2-2026-h1 --expect "$work/expectations.json" --reason 'nothing is kept in s3' --key "$work/manager"
vault waive soc2-2026-h1 series-missing:access-review/2026-04-01 --reason 'nobody was hired or left' \
  --key "$work/approver"
vault period close soc2-2026-h1 --reason 'the audit begins' --key "$work/manager"
vault period seal soc2-2026-h1 --key "$work/approver"
vault period seal soc2-2026-h1 --key "$work/former"

vault period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --predecessor soc2-2026-h1 \
  --approvers 1 --key "$work/manager"
commit soc2-2026-h2 CC6.2/q2.txt 'found in a drawer' --collected 2026-07-02T08:00:00Z --concerns soc2-2026-h1 \
  --effective-from 2026-04-01T00:00:00Z --effective-to 2026-07-01T00:00:00Z
vault period close soc2-2026-h2 --key "$work/manager"
vault period seal soc2-2026-h2 --key "$work/approver"
rm -rf sealed-vault/index sealed-vault/staging
