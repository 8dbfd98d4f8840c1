. ./remote.sh
make_remote_with_laptop
echo good >good
echo thief >thief
put --as CC6.1/good good -q
vault -C ev commit --period soc2-2026-h1 --key laptop --source okta --collected 2026-03-01T00:00:00Z --as CC6.1/thief \
  thief -q
vault -C ev push -q

# Revoked from before the commit on: whoever gets it sees the finding.
vault -C ev trust revoke laptop --at 2026-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push -q
expect 1 vault -C ev fsck
prints 'signer-not-authorized'
expect 1 vault -C lag pull
grep -q 'vault: warning: commit 3 of periods/soc2-2026-h1: the key .* no commit repudiates it' err || fail 'nobody is warned'
expect 1 vault -C lag fsck
prints 'signer-not-authorized'

stolen=$(vault -C ev log soc2-2026-h1 | sed -n 's/^commit //p' | head -n 1 | cut -d ' ' -f 1)
vault -C ev repudiate soc2-2026-h1 --commit "$stolen" --reason stolen --key approver -q
expect 0 vault -C ev fsck
prints 'sound, with disclosures'
vault -C ev push -q
for copy in ev srv/acme.vault; do
  expect 0 vault -C $copy fsck
  prints 'sound, with disclosures (level logged'
done
expect 0 vault -C ev receipt verify
expect 0 vault -C lag pull
expect 0 vault -C lag fsck
prints 'sound, with disclosures (level logged'
expect 0 vault clone "$remote" audit --vault-id "$id"
[ "$(ls audit/CC6.1)" = good ] || fail 'a repudiated file was written out'
grep -q 'left out' err || fail 'the clone does not say what it left out'
expect 0 vault -C audit fsck
prints 'sound, with disclosures (level logged'
