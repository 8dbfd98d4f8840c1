. ./remote.sh
make_remote
for name in manager approver other auditor; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
vault -C ev trust add manager --key-file manager.pub --role manage --key root -q
vault -C ev trust add approver --key-file approver.pub --role approve --key root -q
vault -C ev trust add other --key-file other.pub --role approve --key root -q
vault -C ev trust add auditor --key-file auditor.pub --role audit --key root -q
vault -C ev remote add origin "$remote" -q
printf '{"id":%d}\n' 1 2 3 >a.ndjson

# population PERIOD: a population of a period of its own, of which two samples are drawn, one before the period is closed.
population() {
  vault -C ev population add a.ndjson --period "$1" --key collector --control CC8.1 --source github \
    --as CC8.1/a.ndjson --source-count 3 -q
  draw "$1" one
  vault -C ev period close "$1" --key manager -q
  draw "$1" two
}
draw() {
  vault -C ev sample draw "$1:CC8.1/a.ndjson" --size 1 --seed "$(openssl rand -hex 16)" --key auditor --out "$1-$2" -q
}

# The period after is named first by its name: its seal names the seal of the one before, so that one goes first.
for period in soc2-z soc2-a; do
  vault -C ev period open $period --framework soc2 --from 2026-01-01 --to 2027-01-01 --key manager -q \
    ${before:+--predecessor $before}
  population $period
  expect 0 vault -C ev period seal $period --key approver
  expect 0 vault -C ev period seal $period --key other
  prints 'sealed: nothing can be added'
  before=$period
done
# What is reviewed after a seal comes last.
draw soc2-z three
expect 0 vault -C ev fsck
expect 0 vault -C ev push
prints 'periods/soc2-z  5 commits'
prints 'reviews/soc2-z  3 commits'
prints 'periods/soc2-a  5 commits'
expect 0 vault -C ev push
prints 'nothing to push'
expect 0 vault -C srv/acme.vault fsck
expect 0 vault -C srv/acme.vault period list
[ "$(grep -c sealed out)" = 2 ] || fail 'the remote does not hold both seals'

# A new remote takes all of it too, and so a lost one can be replaced.
vault init --bare srv/new.vault --from ev -q
vault -C ev trust log add new --log-key srv/new.vault/log.pub --key root -q
vault -C ev remote add new "$(address new.vault)" -q
expect 0 vault -C ev push new
expect 0 vault -C srv/new.vault fsck
expect 0 vault clone "$(address new.vault)" audit --no-checkout
expect 0 vault -C audit fsck
