. ./lib.sh
for name in root collector manager approver1 approver2 auditor; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
ln -s approver1 approver && ln -s approver1.pub approver.pub
vault init ev --key root -q
vault -C ev trust add collector --key-file collector.pub --role collect --key root -q
vault -C ev trust add manager --key-file manager.pub --role manage --key root -q
vault -C ev trust add first --key-file approver1.pub --role approve --key root -q
vault -C ev trust add second --key-file approver2.pub --role approve --key root -q
vault -C ev trust add auditor --key-file auditor.pub --role audit --key root -q

# What is expected is said when the period is opened, and amended with a reason.
echo '[ {"series": "users", "system": "okta", "cadence": "once"} ]' >expectations.json
vault -C ev period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --system github \
  --expect expectations.json --key manager -q
echo '[ {"series": "users", "system": "okta", "cadence": "quarterly"} ]' >amended.json
vault -C ev period amend soc2-2026-h1 --expect amended.json --reason 'each quarter' --key manager -q

# 222 pull requests, whose numbers have gaps.
awk 'BEGIN { for (i = 1; i <= 222; i++)
  printf "{\"number\":%d,\"merged_at\":\"2026-%02d-%02dT10:00:00Z\"}\n", 800 + 3 * i, 1 + i % 6, 1 + i % 28 }' >prs.ndjson
population=soc2-2026-h1:CC8.1/github/merged-prs.ndjson
add() {
  vault -C ev population add prs.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --query "is:pr is:merged merged:2026-01-01..2026-06-30" --as CC8.1/github/merged-prs.ndjson \
    --id-field /number --sequence-field /number --time-field /merged_at --source-count 222 "$@"
}
expect 1 add
prints 'sequence-gap'
says 'is not complete, and nothing was committed'
expect 2 vault -C ev cat $population
expect 0 add --allow-sequence-gaps "issues share the counter"
expect 0 vault -C ev population list soc2-2026-h1
prints 'CC8.1/github/merged-prs.ndjson'
expect 0 vault -C ev population show $population --json
prints '"object":"sha256:'"$(sha256sum <prs.ndjson | cut -c1-64)"'"'
expect 0 vault -C ev population verify $population
expect 0 vault -C ev population record $population 17
[ "$(cat out)" = "$(sed -n 18p prs.ndjson)" ] || fail 'another record'
expect 0 vault -C ev population record $population 17 --proof

# Deploys against approvals: one was never approved.
printf '{"change_id":"C-%s","sha":"%s"}\n' 1 a 2 b 3 c >deploys.ndjson
printf '{"id":"C-%s","sha":"%s"}\n' 1 a 2 b >approvals.ndjson
for name in deploys approvals; do
  vault -C ev population add $name.ndjson --period soc2-2026-h1 --key collector --control CC8.1 --source github \
    --collected 2026-03-01T00:00:00Z --as CC8.1/$name.ndjson -q
done
expect 1 vault -C ev reconcile soc2-2026-h1:CC8.1/deploys.ndjson soc2-2026-h1:CC8.1/approvals.ndjson --on /change_id=/id \
  --compare /sha --commit --key manager
prints 'only left   1'

expect 0 vault -C ev sample draw $population --size 25 --seed 5d3f0c6f9b1e4f0aa7c2d18e64b09f35 --key auditor --out sample/
expect 0 vault -C ev sample extend sample/ --size 60 --key auditor
expect 0 vault -C ev sample verify sample/
expect 2 vault -C ev sample draw $population --size 25 --seed 5d3f0c6f9b1e4f0a --key auditor --out short/

# Everything that is open has a name, and the seal waits for each.
expect 1 vault -C ev coverage soc2-2026-h1
prints 'open: series-missing:users/2026-01-01..2026-04-01'
declared=population-declared:CC8.1/github/merged-prs.ndjson@1
unmatched=reconciliation-open:CC8.1/deploys.ndjson=CC8.1/approvals.ndjson
expect 0 vault -C ev period close soc2-2026-h1 --key manager
expect 1 vault -C ev period seal soc2-2026-h1 --key approver1
prints "open: $declared"
prints "open: $unmatched"
expect 3 vault -C ev waive soc2-2026-h1 "$declared" --reason mine --key collector
for finding in series-missing:users/2026-01-01..2026-04-01 "$declared"; do
  expect 0 vault -C ev waive soc2-2026-h1 $finding --reason 'issues share the counter' --key approver
done
expect 1 vault -C ev period seal soc2-2026-h1 --key approver1
says '1 finding nobody has waived'
expect 0 vault -C ev waive soc2-2026-h1 "$unmatched" --reason 'an emergency change, C-3, reviewed later' --key approver
expect 0 vault -C ev period seal soc2-2026-h1 --key approver1
expect 0 vault -C ev period seal soc2-2026-h1 --key approver2
prints '2 of 2 approvers signed'

# Afterwards nothing can be added; what turns up later goes to the next period, and says what it is about.
echo '{}' >late.json
late() { vault -C ev commit --period "$1" --key collector --control CC8.1 --source github --as CC8.1/late.json late.json; }
expect 3 late soc2-2026-h1
expect 3 vault -C ev waive soc2-2026-h1 "$unmatched" --reason again --key approver2
vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --predecessor soc2-2026-h1 --key manager -q
expect 0 vault -C ev commit --period soc2-2026-h2 --key collector --control CC8.1 --source github --concerns soc2-2026-h1 \
  --collected 2026-07-09T00:00:00Z --as CC8.1/late.json late.json
expect 0 vault -C ev show soc2-2026-h2:CC8.1/late.json
prints 'soc2-2026-h1'
expect 0 vault -C ev fsck
prints 'sound, with disclosures'
