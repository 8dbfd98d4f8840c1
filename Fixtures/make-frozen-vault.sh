#!/bin/sh
# Makes Fixtures/frozen-vault/vault anew. Only for a change of the format: the point of the frozen vault is that
# it stays, and that every later program reads it.
# Usage: make-frozen-vault.sh VAULT_BINARY
set -eu
binary=$(realpath "$1")
cd "$(dirname "$0")/frozen-vault"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp ../frozen-vault-keys/* "$work"
chmod 600 "$work"/*
python3 evidence.py "$work"
rm -rf vault
vault() { "$binary" --quiet -C vault "$@"; }
commit() { vault commit --period "$period" --source test-source --collected 2026-06-30T23:00:00Z "$@"; }
digest() { printf '%s  %s\n' "$(sha256sum < "$work/$1" | cut -d ' ' -f 1)" "$2" >> "$3"; }
stands() { digest "$1" "$2" SHA256SUMS; }
superseded() { digest "$1" "$2" SUPERSEDED; }
: > SHA256SUMS
: > SUPERSEDED
a=$work/root-a b=$work/root-b

# Trust: two root keys, five signers, one of them revoked, and a new set of root keys.
"$binary" --quiet init vault --bare --key "$a" --key "$b" --threshold 2
vault trust add collector --key-file "$work/collector.pub" --role collect --period 'soc2-*' --path '**' \
  --key "$a" --key "$b"
vault trust add manager --key-file "$work/manager.pub" --role manage --key "$a" --key "$b"
vault trust add approver --key-file "$work/approver.pub" --role approve --period 'soc2-*' --key "$a" --key "$b"
vault trust add former --key-file "$work/former.pub" --role collect --path 'CC6.2/**' \
  --valid-from 2020-01-01T00:00:00Z --key "$a" --key "$b"

# A first period with one commit by a key that is revoked later, and a second one that follows it.
period=soc2-2025-h2
vault period open $period --framework soc2 --from 2025-07-01 --to 2026-01-01 --system aws --system github \
  --key "$work/manager"
vault commit --period $period --key "$work/former" --source hr --collected 2025-12-30T12:00:00Z --as CC6.2/leavers.txt \
  "$work/small/copy-1.txt"
stands small/copy-1.txt $period/CC6.2/leavers.txt
vault trust revoke former --at 2099-01-01T00:00:00Z --reason 'left the company' --key "$a" --key "$b"
vault trust rotate --add-key "$work/manager.pub" --threshold 2 --key "$a" --key "$b"
period=soc2-2026-h1
vault period open $period --framework soc2 --from 2026-01-01 --to 2026-07-01 --predecessor soc2-2025-h2 \
  --grace-days 30 --key "$a"

# Documents: a solid block, raw, a run of blocks, deltas of both sizes.
commit --key "$work/collector" --control CC6.2 --control CC6.3 --context ticket=SEC-17 --context actor=ana \
  --query 'all accounts' --collector exporter --collector-version 1.4 --as CC6.2 "$work/small"
(cd "$work/small" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) | while read -r name; do
  stands "small/$name" "$period/CC6.2/$name"
done
commit --key "$work/collector" --as CC7.2/screenshot.png "$work/raw/screenshot.png"
stands raw/screenshot.png $period/CC7.2/screenshot.png
commit --key "$work/collector" --late 'the export of the day after' --effective-from 2026-06-30T00:00:00Z \
  --effective-to 2026-07-02T00:00:00Z --as CC7.2/access.log "$work/large/access.log"
stands large/access.log $period/CC7.2/access.log
for name in daily/cloudtrail-2026-06-28.ndjson daily/cloudtrail-2026-06-29.ndjson \
  daily/cloudtrail-2026-06-30.ndjson daily-large/inventory-2026-06-29.csv daily-large/inventory-2026-06-30.csv; do
  commit --key "$work/collector" --series "${name%-2026*}" --as "CC7.2/$name" "$work/$name"
  stands "$name" "$period/CC7.2/$name"
done

# A retry adds nothing. A writer dies: half a line, and bytes that no line names; the next writer tells of both.
commit --key "$work/collector" --as CC7.2/screenshot.png "$work/raw/screenshot.png"
printf '{"commit":"sha256:' >> vault/refs/periods/$period.log
head -c 300 "$work/raw/screenshot.png" >> vault/packs/$period/000001.pack

# Supersession of a document, and of a population, which takes an approver.
commit --key "$work/collector" --as CC6.2/copy-2.txt --supersede --reason 'wrong file' "$work/small/reviews/ana.json"
sed -i "\\|  $period/CC6.2/copy-2.txt\$|d" SHA256SUMS
stands small/reviews/ana.json $period/CC6.2/copy-2.txt
superseded small/copy-2.txt $period/CC6.2/copy-2.txt
population() {
  commit --kind population --series prs --id-field /number --time-field /merged \
    --effective-from 2026-01-01T00:00:00Z --effective-to 2026-07-01T00:00:00Z --as CC8.1/prs.ndjson "$@"
}
population --source-count 5999 --key "$work/collector" "$work/populations/prs.ndjson"
superseded populations/prs.ndjson $period/CC8.1/prs.ndjson
population --source-count 6000 --key "$work/collector" --key "$work/approver" --supersede --reason 'one was missing' \
  "$work/populations/prs-corrected.ndjson"
stands populations/prs-corrected.ndjson $period/CC8.1/prs.ndjson
# One that is not complete, and is declared so.
vault population add --period $period --source test-source --collected 2026-06-30T23:00:00Z \
  --key "$work/collector" --key "$work/approver" --declare-incomplete 'the tool writes it so' \
  --as CC8.1/unended.ndjson "$work/populations/unended.ndjson"
commit --kind population --key "$work/collector" --as CC8.1/none.ndjson "$work/populations/none.ndjson"
for name in unended none; do stands populations/$name.ndjson $period/CC8.1/$name.ndjson; done
LC_ALL=C sort -k 2 -o SHA256SUMS SHA256SUMS
rm -rf vault/index vault/staging
"$binary" -C vault fsck
