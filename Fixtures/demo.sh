#!/usr/bin/env bash
# The vault's main job on real evidence, from 'vault init' to a found forgery. Every line that begins with '$' is
# the command as it is run, and what follows is its own output. Each expectation is checked: the script fails
# where one does not hold. It works in a temporary folder and needs no network.
set -euo pipefail

vault_binary=$(realpath "${1:?usage: demo.sh path-to-vault}")
fixtures=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
unset "${!VAULT_@}" 2>/dev/null || true
export LC_ALL=C.UTF-8
mkdir "$work/bin"
ln -s "$vault_binary" "$work/bin/vault"
export PATH="$work/bin:$PATH"
cd "$work"

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

step=0
headline() {
  step=$((step + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"
}
say() { printf '%s\n' "$@"; }
fail() {
  printf '\ndemo: FAILED: %s\n' "$1" >&2
  exit 1
}

# Runs a command line as a newcomer would type it; its output stays in $output. 'run 3 …' expects the exit code 3.
run() {
  local expected=0 status=0
  if [[ $1 =~ ^[0-9]$ ]]; then
    expected=$1
    shift
  fi
  printf '\n%s$ %s%s\n' "$dim" "$1" "$plain"
  output=$(eval "$1" 2>&1) || status=$?
  [ -z "$output" ] || printf '%s\n' "$output"
  [ "$expected" -eq 0 ] || [ "$status" -ne "$expected" ] || printf '(exit code %d)\n' "$status"
  [ "$status" -eq "$expected" ] || fail "exit code $status, not $expected"
}
expect() { [[ $output == *"$1"* ]] || fail "the output does not hold: $1"; }

cp -r "$fixtures/cloudtrail" cloudtrail
rm cloudtrail/LICENSE
cp "$fixtures/pull-requests/merged-prs-2026-h1.ndjson" pull-requests.ndjson
files=$(find cloudtrail -type f | wc -l)
events=$(grep -oh '"eventID"' cloudtrail/*.json | wc -l)
name=218007301253_CloudTrail_us-east-1_20230710T1145Z_7xgocspSowgK0Gto.json

say "${bold}An evidence vault, from empty to audited${plain}" \
  "The evidence: $files AWS CloudTrail exports with $events events, and 222 merged pull requests. All of it is real."

headline "Two keys, made by ssh-keygen"
say "The root key says who may do what; it stays offline. The collector's key lives in the pipeline."
run "ssh-keygen -q -t ed25519 -N '' -C root -f root"
run "ssh-keygen -q -t ed25519 -N '' -C collector -f collector"

headline "A vault, a collector, two audit periods"
say "The vault's id names its first trust document. An auditor gets it out of band and can pin it."
run "vault init ev --key root"
run "vault -C ev trust add collector --key-file collector.pub --role collect --key root"
run "vault -C ev period open soc2-2023 --framework soc2 --from 2023-01-01 --to 2024-01-01 --key root"
run "vault -C ev period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root"

headline "A pipeline commits a folder of exports"
run "vault -C ev commit --period soc2-2023 --key collector --source aws --control CC7.2 \\
    --effective-from 2023-07-10T11:40:00Z --effective-to 2023-07-10T12:40:00Z cloudtrail | head -4"
expect "$files entries"
say "" "The job runs again after a time-out: nothing is added twice, and nothing fails."
run "vault -C ev commit --period soc2-2023 --key collector --source aws --control CC7.2 \\
    --effective-from 2023-07-10T11:40:00Z --effective-to 2023-07-10T12:40:00Z cloudtrail"
expect "nothing to add"
say "" "Somebody edits an export and commits it again: refused. No verb of the vault overwrites or deletes."
run "sed 's/us-east-1/eu-west-1/' cloudtrail/$name > edited.json"
run 3 "vault -C ev commit --period soc2-2023 --key collector --source aws --as cloudtrail/$name edited.json"

headline "A population: every pull request merged in the half-year"
say "Each line is a record. The vault checks each one, and whether they are all of them: numbers are missing."
population="vault -C ev population add pull-requests.ndjson --period soc2-2026-h1 --key collector --control CC8.1 \\
    --source github --id-field /number --sequence-field /number --time-field /merged_at --source-count 222"
run 1 "$population"
expect "sequence-gap"
say "" "Nothing was committed. Pull requests share their numbers with issues: that is said, and an approver signs it too."
run "ssh-keygen -q -t ed25519 -N '' -C approver -f approver"
run "vault -C ev trust add approver --key-file approver.pub --role approve --key root"
run "$population \\
    --allow-sequence-gaps 'issues share the counter' --key approver"
run "vault -C ev population show soc2-2026-h1:pull-requests.ndjson"
expect "an approver signed"
run "vault -C ev population record soc2-2026-h1:pull-requests.ndjson 17"
expect '"number":'

headline "What is there, and the proof of one entry"
run "vault -C ev log soc2-2023"
run "vault -C ev ls soc2-2023 | head -3"
run "vault -C ev show soc2-2026-h1:pull-requests.ndjson"
expect "verified:"

headline "The same answer from tools that the vault's authors did not write"
say "An object's id is the SHA-256 of its exact bytes, so sha256sum of the original export must print it."
run "vault -C ev show soc2-2023:cloudtrail/$name | grep ^object"
id=$(sed 's/.*sha256:\([0-9a-f]*\).*/\1/' <<<"$output")
run "sha256sum cloudtrail/$name"
expect "$id"
run "vault -C ev cat soc2-2023:cloudtrail/$name | cmp - cloudtrail/$name && echo 'the vault gives back the same bytes'"
expect "same bytes"
say "" "A commit's signature is an ordinary SSH signature. The export holds it, and a script that only calls" \
  "ssh-keygen and sha256sum."
commit=$(vault -C ev log soc2-2023 | sed -n 's/^commit \([0-9a-f]\{12\}\).*/\1/p' | head -1)
run "vault -C ev verify-commit $commit --export proof"
run "sh proof/verify.sh"
expect 'Good "commit@'

headline "fsck reads everything back: every byte, hash, signature and tree"
run "vault -C ev fsck"

headline "One byte of a copy changes"
run "cp -r ev copy"
packfile=copy/.vault/packs/soc2-2023/000001.pack
size=$(stat -c %s "$packfile")
offset=$((size / 2))
old=$(od -An -tu1 -j "$offset" -N 1 "$packfile" | tr -d ' ')
new=$(printf '\\%03o' $((old ^ 1)))
say "" "In the middle of the packfile ($size bytes) lies evidence; one bit of it flips."
run "printf '$new' | dd of=$packfile bs=1 seek=$offset conv=notrunc status=none"
run 1 "vault -C copy fsck"
expect "cloudtrail/218007301253_CloudTrail"
say "" "The original is untouched:"
run "vault -C ev fsck"

headline "A write-once remote countersigns what it accepts"
say "A remote is a bare vault with a log of its own. Here it lies in a folder; behind sshd it is the same program."
run "vault init --bare srv/acme.vault --from ev"
run "vault -C ev trust log add origin --log-key srv/acme.vault/log.pub --key root"
run "vault -C ev remote add origin srv/acme.vault"
run "vault -C ev push"
expect "received"

headline "The auditor clones one period and proves it"
vault_id=$(vault -C ev trust verify | grep -o 'sha256:[0-9a-f]*' | head -n 1)
run "vault clone srv/acme.vault audit --period soc2-2023 --vault-id $vault_id"
run "vault -C audit fsck"
expect "level logged"
say "" "When the remote received it all, as files that tools for transparency logs read (C2SP tlog-proof), and a script that" \
  "proves them with Python and openssl."
run "vault -C audit receipt export receipts"
run "python3 receipts/verify.py"
expect "proved: periods/soc2-2023"

headline "The auditor draws a sample by a seed, and anybody can prove it"
say "The seed is the auditor's, the tickets are hashes: nobody chooses the records, and everybody can recompute them." \
  "The draw is signed into the period's reviews, which only grow, so a second draw cannot be hidden."
run "ssh-keygen -q -t ed25519 -N '' -C auditor -f auditor"
run "vault -C ev trust add auditor --key-file auditor.pub --role audit --key root"
run "vault -C ev push"
run "vault clone srv/acme.vault review --period soc2-2026-h1 --vault-id $vault_id"
run "vault -C review sample draw soc2-2026-h1:pull-requests.ndjson --size 25 \\
    --seed 5d3f0c6f9b1e4f0aa7c2d18e64b09f35 --key auditor --out sample"
expect "drawn: 25 records of 222"
run "vault -C review push"
expect "reviews/soc2-2026-h1"
say "" "The folder proves itself, without the vault: by the vault's program, or by Python's standard library."
run "vault sample verify sample --vault-id $vault_id"
expect "verified: every byte of it"
run "python3 sample/verify.py $vault_id | sed -n 1,4p"
expect "proved: the draw of 25 of 222"
record=$(sed -n '2s/,.*//p' sample/workpaper.csv)
say "" "Somebody edits record $record before the tester sees it:"
run "sed -i 's/user-/admin-/' sample/records/$record"
run 1 "vault sample verify sample --vault-id $vault_id"
expect "file-mismatch  records/$record"

headline "The remote is put back to an older copy, and caught"
run "cp -r srv/acme.vault older"
run "echo '[]' > late.json"
run "vault commit --remote srv/acme.vault --vault-id $vault_id --period soc2-2023 --key collector --source okta \
--collected 2023-07-10T13:00:00Z --as CC7.2/late.json late.json"
run "vault -C audit pull"
run "rm -r srv/acme.vault && mv older srv/acme.vault"
run 1 "vault -C audit pull"
expect "shows an older log than before"

headline "What this shows, and what it does not"
say "Shown: nobody without the collector's key made these commits, nothing in them changed since, and nothing was" \
  "taken out of the middle. That is the level 'self': signatures only." \
  "The remote's log shows when it received each commit, and whoever saw more of it notices what it takes back:" \
  "that is the level 'logged'." \
  "Not shown: what was never collected, and what remote and collector agree to leave out together."
