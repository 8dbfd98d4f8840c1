. ./remote.sh
make_remote_with_laptop
# pipe KEY NAME: a pipeline's commit.
pipe() {
  echo "$2" >"$2"
  vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key "$1" --source okta \
    --collected 2026-03-01T00:00:00Z --as "CC6.1/$2" "$2"
}
expect 0 pipe collector good
expect 0 pipe laptop thief
vault -C ev trust revoke laptop --at 2026-01-01T00:00:00Z --reason stolen --key root -q
vault -C ev push -q
expect 3 pipe laptop again
says 'revoked'

# The thief's commit is the period's newest. Pipelines go on behind it, and a new clone says what is wrong with it.
expect 0 pipe collector later
expect 1 vault clone "$remote" audit --vault-id "$id"
prints 'nothing of periods/soc2-2026-h1 is written out'
[ ! -e audit/CC6.1 ] || fail 'evidence was written out as if nothing were wrong'
expect 1 vault -C audit fsck
prints 'periods/soc2-2026-h1@3'
prints 'signer-not-authorized'

# An approver who had nothing of it gets it, and disowns it in the way that is told.
expect 1 vault -C lag pull
vault -C lag repudiate soc2-2026-h1 --commit "$(sed -n 's/.*--commit \([0-9a-f]*\).*/\1/p' err)" --reason stolen --key approver -q
vault -C lag push origin -q
for copy in lag srv/acme.vault; do
  expect 0 vault -C $copy fsck
  prints 'sound, with disclosures (level logged'
done
expect 0 vault -C audit pull
expect 0 vault -C audit fsck
expect 0 vault clone "$remote" fresh --vault-id "$id"
[ "$(ls fresh/CC6.1)" = "$(printf 'good\nlater')" ] || fail 'other evidence is written out'
expect 0 vault -C ev pull
expect 0 vault -C ev fsck
