. ./lib.sh
make_vault
for name in manager approver; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add manager --key-file manager.pub --role manage --period 'soc2-*' --key root -q
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
cat >expectations.json <<'END'
[
  { "series": "mfa-report", "system": "okta", "cadence": "daily", "owner": "it-ops",
    "from": "2026-02-01", "to": "2026-02-15" },
  { "series": "access-review", "system": "hr", "cadence": "quarterly", "collector": "hr-export" }
]
END

# What is no list of expectations is refused, and the message names the member.
refuses() {
  printf '%s' "$2" >flawed.json
  expect 2 vault -C ev period open soc2-x --framework soc2 --from 2026-01-01 --to 2026-02-01 --key root \
    --expect flawed.json
  says "$1"
  [ ! -e ev/.vault/refs/periods/soc2-x.log ] || fail 'a refusal opened a period'
}
refuses 'is no list of expectations' '{}'
refuses 'line 2' '[{"series": "a",
 oops'
refuses 'expectation 1: expect: member "system" is missing' '[{"series": "a", "cadence": "daily"}]'
refuses 'member "cadence" is unknown: "hourly"' '[{"series": "a", "system": "s", "cadence": "hourly"}]'
refuses 'member "ower" is unknown' '[{"series": "a", "system": "s", "cadence": "daily", "ower": "me"}]'
refuses 'the series a stands twice' \
  '[{"series":"a","system":"s","cadence":"daily"},{"series":"a","system":"s","cadence":"daily"}]'
refuses 'the member "series" stands twice' '[{"series":"a","series":"a","system":"s","cadence":"daily"}]'
expect 2 vault -C ev period open soc2-x --framework soc2 --from 2026-01-01 --to 2026-02-01 --key root \
  --approvers 0
says 'must be 1 to 64'

expect 0 vault -C ev period open soc2-cov --framework soc2 --from 2026-01-01 --to 2026-04-01 --key manager \
  --expect expectations.json --approvers 1 --system okta --system hr
expect 0 vault -C ev period show soc2-cov
prints 'state      open'
prints 'approvers  1 must seal it'
prints 'expects    mfa-report: daily, from okta, since 2026-02-01T00:00:00.000Z'
expect 0 vault -C ev period show soc2-cov --json
prints '"approvers":1'
prints '"cadence":"quarterly"'

day() {
  echo "report of $1" >report
  vault -C ev commit --period soc2-cov --key collector --source okta --series mfa-report -q \
    --collected "$1T06:00:00Z" --as "CC6.1/mfa/$1.txt" "${2:-report}"
}
for day in 01 02 03 05 06 07 08; do day "2026-02-$day"; done
coverage() { vault -C ev coverage soc2-cov "$@"; }

expect 1 coverage --at 2026-02-09
prints '7 of 14 daily, 1 missing, 6 not due'
prints 'open: series-missing:mfa-report/2026-02-04
  daily evidence of okta is missing on 2026-02-04; ask it-ops'
prints 'open: system-silent:hr'
prints 'NOT COVERED: 2 open findings'
expect 1 coverage --at 2026-02-12 --calendar
prints 'STALE'
prints '  2026-02  ###-####---...'
prints 'series-missing:mfa-report/2026-02-09..2026-02-11'
prints '# there   - missing   w waived   . not due yet'
for day in 12 13 14; do day "2026-02-$day"; done
expect 1 coverage --json
prints '"key":"series-missing:mfa-report/2026-02-09..2026-02-11"'
prints '"owner":"it-ops"'
prints '"covered":false'
prints 'series-missing:access-review/2026-01-01'
expect 1 coverage
if grep -q '^  2026-02' out; then fail 'a calendar where nobody looks'; fi

# A series that nobody expects is named and does not fail; one from elsewhere does not count.
echo x >x
vault -C ev commit --period soc2-cov --key collector --source okta --series surprise --as CC6.1/x x -q \
  --collected 2026-02-01T00:00:00Z
vault -C ev commit --period soc2-cov --key collector --source okta-test --series mfa-report --as CC6.1/y x -q \
  --collected 2026-02-04T00:00:00Z
vault -C ev commit --period soc2-cov --key collector --source hr --series access-review --as CC6.2/review x -q \
  --collector somebody --collected 2026-02-04T00:00:00Z
expect 1 coverage
prints 'unexpected: surprise: 1 entry of a series that nobody expects'
prints 'not counted: 1 entry of the system okta-test, not okta'
prints 'not counted: 1 entry by the collector somebody, not hr-export'
if grep -q 'system-silent' out; then fail 'hr is not silent'; fi

# An amendment says why; a series is added, changed, withdrawn.
echo '[{"series":"access-review","system":"hr","cadence":"quarterly","withdrawn":true},
 {"series":"mfa-report","system":"okta","cadence":"daily","from":"2026-02-01","to":"2026-02-13"},
 {"series":"backup","system":"s3","cadence":"once"}]' >amended.json
expect 3 vault -C ev period amend soc2-cov --expect amended.json --reason r --key collector
says 'may not say what is expected'
expect 0 vault -C ev period amend soc2-cov --expect amended.json --reason 'HR moved to another system' --key manager
prints 'withdrawn  access-review'
prints 'changed  mfa-report'
prints 'added  backup'
expect 3 vault -C ev period amend soc2-cov --expect amended.json --reason again --key manager
says 'expects all of that already'
expect 0 vault -C ev period show soc2-cov
prints 'access-review: withdrawn'
prints 'amended: HR moved to another system'
expect 1 coverage
prints 'unexpected: access-review: 1 entry'
prints 'series-missing:backup/2026-01-01'
if grep -q '2026-02-13' out; then fail 'the window was amended'; fi

# Windows that together cover a slot meet it; what is repudiated does not count, and this is said.
vault -C ev commit --period soc2-cov --key collector --source okta --series mfa-report --as CC6.1/w1 x -q \
  --collected 2026-02-12T00:00:00Z --effective-from 2026-02-08T20:00:00Z --effective-to 2026-02-10T12:00:00Z
expect 1 coverage
prints 'mfa-report/2026-02-10..2026-02-11'
vault -C ev commit --period soc2-cov --key collector --source okta --series mfa-report --as CC6.1/w2 x -q \
  --collected 2026-02-12T00:00:00Z --effective-from 2026-02-10T12:00:00Z --effective-to 2026-02-11T00:00:00Z
expect 1 coverage
prints 'mfa-report/2026-02-11
'
bad=$(vault -C ev log soc2-cov | sed -n 's/^commit \([0-9a-f]*\)  .*/\1/p' | head -1)
vault -C ev repudiate soc2-cov --commit "$bad" --reason 'half a file' --key approver -q
expect 1 coverage
prints 'mfa-report/2026-02-10..2026-02-11'
prints 'not counted: 1 entry of repudiated commits'

# A waiver names what is there, by an approver.
expect 3 vault -C ev waive soc2-cov system-silent:okta --reason r --key approver
says 'there is no finding system-silent:okta'
grep -qF 'there are: series-missing:' err || fail 'the findings that there are'
expect 2 vault -C ev waive soc2-cov nonsense --reason r --key approver
expect 3 vault -C ev waive soc2-cov series-missing:backup/2026-01-01 --reason r --key manager
says 'may not waive'
expect 0 vault -C ev waive soc2-cov series-missing:backup/2026-01-01 series-missing:mfa-report/2026-02-01..2026-02-28 \
  --reason 'the exporter was down; the log of okta shows nothing' --key approver
expect 0 coverage
prints 'waived: series-missing:mfa-report/2026-02-04'
prints 'waived: series-missing:mfa-report/2026-02-10..2026-02-11'
prints 'by approver: the exporter was down'
prints 'covered: nothing is missing, 3 waived'
expect 3 vault -C ev waive soc2-cov series-missing:backup/2026-01-01 --reason r --key approver
says 'is waived by approver already'
expect 0 vault -C ev fsck
prints 'disclosed: waived: periods/soc2-cov#'
prints 'series-missing:backup/2026-01-01, by approver: the exporter was down'
