. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -C approver -f approver
vault -C ev trust add approver --key-file approver.pub --role approve --period 'soc2-*' --key root -q
echo good >good
echo bad >bad
mkdir many
for i in 1 2 3; do echo "test data $i" >many/$i; done
put --as CC6.1/f good -q
put --as CC6.1/f --supersede --reason 'a newer export' bad -q
put --as CC6.1/test many -q
put --as CC6.2/only bad -q
commit() { vault -C ev log soc2-2026-h1 | sed -n "s/^commit \([0-9a-f]*\)  ($1)\$/\1/p"; }
repudiate() { vault -C ev repudiate soc2-2026-h1 --reason 'it was the test system' --key approver "$@"; }

# Who may not, and what cannot be.
before=$(state ev)
expect 3 vault -C ev repudiate soc2-2026-h1 --reason r --key collector --commit "$(commit 3)"
says 'may not repudiate commit 3'
expect 3 vault -C ev repudiate soc2-2026-h1 --reason r --key root --commit "$(commit 3)"
expect 3 repudiate --commit "$(commit 1)"
says 'opens the period'
expect 2 repudiate --commit 0123456789
says "no commit's id of soc2-2026-h1 begins with"
expect 2 vault -C ev repudiate soc2-2026-h1 --reason '' --key approver --commit "$(commit 3)"
expect 2 repudiate --commit "$(commit 3)" --commit "$(commit 3)"
says 'named twice'
[ "$(state ev)" = "$before" ] || fail 'a refusal left something behind'

expect 0 repudiate --commit "$(commit 3)" --commit "$(commit 4)"
prints '1 entry of commit 3'
prints '3 entries of commit 4'
expect 0 repudiate --commit "$(commit 5 | cut -c 1-12)" --json
prints '"entries":1'
expect 3 repudiate --commit "$(commit 3)"
says 'is repudiated by commit 6'
expect 3 repudiate --commit "$(commit 6)"
says 'adds no evidence'

# Every listing leaves them out, and says so.
expect 0 vault -C ev ls soc2-2026-h1
[ "$(wc -l <out)" = 1 ] || fail 'ls lists what does not count'
grep -qF 'vault: note: 3 entries of commit ' err
grep -qF '(it was the test system); --all shows them' err
expect 0 vault -C ev ls soc2-2026-h1 CC6.2/only
[ ! -s out ] || fail 'a path of its own is listed'
expect 0 vault -C ev ls soc2-2026-h1 --all
[ "$(wc -l <out)" = 6 ] || fail 'ls --all leaves something out'
[ "$(grep -cF 'REPUDIATED by approver in commit 6: it was the test system' out)" = 4 ] || fail 'not marked'
[ ! -s err ] || fail 'nothing was left out'
expect 0 vault -C ev ls soc2-2026-h1 --all --json -q
[ "$(grep -c '"repudiated":{"by":"approver"' out)" = 5 ] || fail 'not marked in JSON'
expect 0 vault -C ev diff soc2-2026-h1 --since 1
[ "$(wc -l <out)" = 1 ]
expect 0 vault -C ev diff soc2-2026-h1 --since 1 --all
[ "$(wc -l <out)" = 6 ]
expect 0 vault -C ev diff soc2-2026-h1 --since 5
grep -qF 'commit 6 repudiates 3 entries of commit 4' err
expect 0 vault -C ev log soc2-2026-h1
[ "$(grep -c '^  REPUDIATED by approver in commit' out)" = 3 ]
expect 0 vault -C ev log soc2-2026-h1 --json
[ "$(grep -c '"repudiated":{"by":"approver"' out)" = 3 ]
expect 0 vault -C ev period show soc2-2026-h1
prints 'entries    1, and 5 repudiated'
expect 0 vault -C ev period show soc2-2026-h1 --json
prints '"entries":1,'
prints '"repudiatedEntries":5'
expect 0 vault -C ev checkout soc2-2026-h1 --to there
prints '1 file,'
grep -qF "left out; 'vault ls --all' shows what" err
[ "$(cat there/CC6.1/f)" = good ]
expect 0 vault -C ev verify-commit "$(commit 4)"
prints 'its entries do not count'

# The newest revision that counts is the one that stands; what does not count is given where it is asked for.
expect 0 vault -C ev cat soc2-2026-h1:CC6.1/f
prints good
grep -qF 'note: revision 2 is repudiated by commit 6 (it was the test system); --all takes it' err
expect 0 vault -C ev cat soc2-2026-h1:CC6.1/f --all
prints bad
expect 0 vault -C ev cat soc2-2026-h1:CC6.1/f --revision 2
prints bad
expect 3 vault -C ev cat soc2-2026-h1:CC6.2/only
says 'is repudiated by commit 7, and no other counts'
expect 0 vault -C ev cat "$(sha256sum bad | cut -c 1-64)"
prints bad
expect 3 vault -C ev show soc2-2026-h1:CC6.2/only
expect 0 vault -C ev show soc2-2026-h1:CC6.2/only --all
prints 'REPUDIATED by approver in commit 7'
expect 0 vault -C ev show soc2-2026-h1:CC6.1/f --json
prints '"revision":1'

# A retry of what does not count is none.
expect 3 put --as CC6.2/only bad
says 'is repudiated by commit 7'
expect 0 put --as CC6.2/only --supersede --reason 'from the right system' bad --json
prints '"revision":2'
expect 0 put --as CC6.2/only bad
prints 'nothing to add'
expect 0 vault -C ev ls soc2-2026-h1 CC6.2
[ "$(wc -l <out)" = 1 ]
[ ! -s err ] || fail 'what is superseded is history'

# All of it without the index, and fsck discloses it.
vault -C ev ls soc2-2026-h1 --json -q >with
rm -r ev/.vault/index
vault -C ev ls soc2-2026-h1 --json -q | cmp - with
expect 0 vault -C ev fsck
prints '2 entries and 5 repudiated'
prints 'disclosed: repudiated: periods/soc2-2026-h1@4'
prints '3 entries of commit'
prints 'sound, with disclosures'
