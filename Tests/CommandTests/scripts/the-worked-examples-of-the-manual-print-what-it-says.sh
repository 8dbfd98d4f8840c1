. ./lib.sh
: "${REPOSITORY:?is the folder of the repository, whose pages are tried}"
people='root collector manager approver second auditor'
for name in $people; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
# enter PAGE: a folder with everybody's keys and the real evidence, in which the page's examples are run.
enter() {
  mkdir "$1"
  for name in $people; do cp "$name" "$name.pub" "$1"; done
  cp "$REPOSITORY"/Fixtures/pull-requests/* "$1"
  mkdir "$1/cloudtrail"
  cp "$REPOSITORY"/Fixtures/cloudtrail/*.json "$1/cloudtrail"
  cd "$1"
  vault init ev --key root -q
  may collector collect
}
# may NAME ROLE: in every period.
may() { vault -C ev trust add "$1" --key-file "$1.pub" --role "$2" --key root -q; }
open_period() { vault -C ev period open "$1" --framework soc2 --from "$2" --to "$3" --key root -q; }
# tried COUNT PAGE: so many commands of the page print what it says.
tried() {
  expect 0 python3 "$OLDPWD/manual.py" "$REPOSITORY/docs/$2"
  [ "$(cat out)" = "$1" ] || fail "$2 has $(cat out) commands"
  vault -C ev fsck -q
  cd ..
}

enter populations
may approver approve
open_period soc2-2026-h1 2026-01-01 2026-07-01
open_period soc2-2023 2023-01-01 2024-01-01
tried 13 populations.md

enter sampling
open_period soc2-2026-h1 2026-01-01 2026-07-01
open_period soc2-2023 2023-01-01 2024-01-01
vault -C ev population add merged-prs-2026-h1.ndjson --period soc2-2026-h1 --key collector --control CC8.1 \
  --source github --as CC8.1/merged-prs.ndjson --id-field /number --time-field /merged_at -q
tried 14 sampling.md

enter periods
may manager manage
may approver approve
may second approve
sed -n '/^```json$/,/^```$/p' "$REPOSITORY/docs/periods.md" |
  awk '/^```/ { number += 1; next } { print >(number == 1 ? "expectations.json" : "cloudtrail.json") }'
VAULT_DIR=ev
export VAULT_DIR
tried 20 periods.md
