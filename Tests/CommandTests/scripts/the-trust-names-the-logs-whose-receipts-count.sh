. ./lib.sh
make_vault
vault init --bare acme.vault --from ev -q
expect 0 vault -C ev trust log add origin --log-key acme.vault/log.pub --key root
prints 'receipts of the log origin count (trust document 3, '
expect 0 vault -C ev trust list
prints "log origin  $(cat acme.vault/log.pub)"
expect 0 vault -C ev trust list --json
prints "\"logs\":[{\"key\":\"$(cat acme.vault/log.pub)\",\"name\":\"origin\"}]"

before=$(whole_state ev)
expect 3 vault -C ev trust log add origin --log-key acme.vault/log.pub --key root
says 'a log named origin is there already'
expect 3 vault -C ev trust log add other --log-key acme.vault/log.pub --key root
says 'this log is there already, as origin'
vault init --bare second.vault --from ev -q
expect 3 vault -C ev trust log add second --log-key second.vault/log.pub --key collector
says 'must sign'
expect 2 vault -C ev trust log add 'a b' --log-key second.vault/log.pub --key root
expect 2 vault -C ev trust log add second --log-key second.vault/log.key --key root
says 'is no verifier key of a log'
expect 2 vault -C ev trust log add second --log-key root.pub --key root
says 'is no verifier key of a log'
expect 2 vault -C ev trust log add second --log-key missing --key root
sed 's/^evidence/Evidence/' second.vault/log.pub >renamed
expect 2 vault -C ev trust log add second --log-key renamed --key root
says 'hash'
cat second.vault/log.pub second.vault/log.pub >twice
expect 2 vault -C ev trust log add second --log-key twice --key root
expect 2 vault -C ev trust log remove second --key root
says 'no log is named second'
expect 2 vault -C ev trust log remove origin --key missing
expect 2 vault trust log
[ "$(whole_state ev)" = "$before" ] || fail 'a refusal left something behind'

# The name is for people: other changes keep the log, and its removal is a change like any other.
vault -C ev trust log add second --log-key second.vault/log.pub --key root -q
vault -C ev trust revoke collector --at 2026-05-01T00:00:00Z --reason stolen --key root -q
expect 0 vault -C ev trust log remove origin --key root --json
prints '"pending":false'
expect 0 vault -C ev trust list
prints "log second  $(cat second.vault/log.pub)"
if grep -q 'log origin' out; then fail 'a removed log is still there'; fi
vault -C ev trust log remove second --key root -q
expect 0 vault -C ev trust list --json
prints '"logs":[]'
vault -C ev fsck -q

# With two root keys both decide.
ssh-keygen -q -t ed25519 -N '' -f root2
vault -C ev trust rotate --add-key root2.pub --threshold 2 --key root --key root2 -q
expect 0 vault -C ev trust log add origin --log-key acme.vault/log.pub --key root
prints 'proposed, NOT in force: receipts of the log origin count'
expect 0 vault -C ev trust list
if grep -q 'log origin' out; then fail 'one of two root keys decided'; fi
vault -C ev trust sign --key root2 -q
expect 0 vault -C ev trust list
prints 'log origin'
