. ./lib.sh
ssh-keygen -q -t ed25519 -N '' -f root
ssh-keygen -q -t ed25519 -N '' -f collector
mkdir -p exports/deep
for n in 1 2 3; do printf '{"event":%s}\n' "$n" >"exports/$n.json"; done
cp exports/1.json exports/deep/1-copy.json
printf 'one more\n' >more.txt

vault init ev --key root
vault -C ev trust add github-collector --key-file collector.pub --role collect --period 'soc2-*' --path 'CC*/**' --key root
vault -C ev trust list --json >trust.json
grep -q '"name":"github-collector"' trust.json
vault -C ev period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root
vault -C ev commit --period soc2-2026-h1 --key collector --control CC7.2 --source aws-cloudtrail \
  --series cloudtrail --collected 2026-02-28T23:00:00Z --context ticket=OPS-452 \
  --as CC7.2/cloudtrail/2026-06-30 -m "CloudTrail export" more.txt exports
printf '{"users":[]}\n' | vault -C ev commit --period soc2-2026-h1 --key collector --control CC6.1 --source okta \
  --collected 2026-03-01T00:00:00Z --as CC6.1/okta/users.json -

expect 0 vault -C ev log soc2-2026-h1 --json
prints '"message":"CloudTrail export"'
prints '"signer":"github-collector"'
[ "$(grep -c '"sequence"' out)" = 3 ]
[ "$(grep -o '"sequence":[0-9]*' out | head -1)" = '"sequence":3' ]
expect 0 vault -C ev ls soc2-2026-h1 --json
[ "$(grep -c '"path"' out)" = 6 ]
expect 0 vault -C ev ls soc2-2026-h1 CC7.2/cloudtrail/2026-06-30/deep --json
[ "$(grep -c '"path"' out)" = 1 ]
prints '"object":"sha256:'"$(sha256sum <exports/1.json | cut -c1-64)"'"'
prints '"context":{"ticket":"OPS-452"}'

[ "$(vault -C ev cat soc2-2026-h1:CC6.1/okta/users.json)" = '{"users":[]}' ]
id=$(sha256sum <exports/2.json | cut -c1-64)
vault -C ev cat "$id" | cmp - exports/2.json
vault -C ev cat "sha256:$id" | cmp - exports/2.json
vault -C ev cat "$(printf %s "$id" | cut -c1-12)" | cmp - exports/2.json
expect 0 vault -C ev show soc2-2026-h1:CC6.1/okta/users.json --json
prints '"verified":true'
prints '"treeSize":7'
expect 0 vault -C ev diff soc2-2026-h1 --since 2
prints 'CC6.1/okta/users.json'
[ "$(wc -l <out)" = 1 ]

vault -C ev checkout soc2-2026-h1 --to away CC7.2 -q
diff -r exports/deep away/CC7.2/cloudtrail/2026-06-30/deep
[ ! -e away/CC6.1 ]
[ "$(stat -c %a away/CC7.2/cloudtrail/2026-06-30/1.json)" = 444 ]
vault -C ev checkout soc2-2026-h1 --to away -q

commit=$(vault -C ev log soc2-2026-h1 --json | grep -o '"commit":"sha256:[0-9a-f]*"' | head -1 | cut -d'"' -f4)
vault -C ev verify-commit "$commit" --export proof
sh proof/verify.sh >said
grep -q "proved: payload.json is commit ${commit#sha256:}" said
(cd proof && sh verify.sh >/dev/null 2>&1)
printf ' ' >>proof/payload.json
if sh proof/verify.sh >/dev/null 2>&1; then fail 'a changed payload was proved'; fi

expect 0 vault -C ev fsck --json
prints '"sound":true'
prints '"level":"self"'
prints '"findings":[]'
expect 0 vault -C ev fsck --quick --json
if grep -q '"sound":true' out; then fail 'a quick check said sound'; fi
