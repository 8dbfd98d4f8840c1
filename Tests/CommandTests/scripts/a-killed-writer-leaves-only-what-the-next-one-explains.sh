. ./lib.sh
make_vault
mkdir d
for n in $(seq 40); do head -c 20000 /dev/urandom >"d/$n"; done
# Each round is killed at another point of its life, from its first instant to after its end.
round=0
for delay in 0.000 0.002 0.004 0.006 0.008 0.010 0.012 0.014 0.016 0.018 0.020 0.025 0.030 0.035 0.040 0.050; do
  round=$((round + 1))
  timeout -s KILL "$delay" vault -C ev commit -q --period soc2-2026-h1 --key collector --source s \
    --collected 2026-03-01T00:00:00Z --as "CC1/$round" d >/dev/null 2>&1 && done="${done:-} $round"
  set +e
  vault -C ev fsck --json >report
  set -e
  names=$(grep -o '"name":"[a-z-]*"' report | sort -u)
  case $names in
    '' | '"name":"unfinished-write"') ;;
    *) cat report >&2; fail "round $round left more than unfinished work" ;;
  esac
done
for n in 1 2; do
  head -c 1000 /dev/urandom >f
  put --as "CC2/after-$n" f -q
  vault -C ev fsck --json >report || { cat report >&2; fail 'the next commit did not explain what was left'; }
done
# What was reported as done is there, file by file.
for round in ${done:-}; do
  for n in $(seq 40); do vault -C ev cat "soc2-2026-h1:CC1/$round/$n" | cmp - "d/$n"; done
done
