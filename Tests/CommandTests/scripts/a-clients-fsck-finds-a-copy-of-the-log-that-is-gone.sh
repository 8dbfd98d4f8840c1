. ./lib.sh
make_local_remote
vault -C ev push -q
expect 0 vault -C ev fsck
prints 'sound (level logged'
mv ev/.vault/receipts/origin.log kept
expect 1 vault -C ev fsck
prints 'error: log-mismatch: receipts/origin.log'
prints 'origin.log is gone'
expect 1 vault -C ev receipt verify
prints 'log-mismatch'
# An empty one is no better.
: >ev/.vault/receipts/origin.log
expect 1 vault -C ev fsck
prints 'error: log-mismatch: receipts/origin.log'
mv kept ev/.vault/receipts/origin.log
expect 0 vault -C ev fsck
