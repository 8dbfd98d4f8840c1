. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev remote add origin "$remote" -q
open_period() { vault -C ev period open "$1" --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root -q; }
open_period soc2-other
open_period iso-2026
vault -C ev push -q
periods() { vault -C "$1" period list --json | grep -o '"period":"[^"]*"' | cut -d '"' -f 4 | sort | tr '\n' ' '; }
vault clone "$remote" audit --vault-id "$id" --period soc2-2026-h1 --period 'iso-*' -q
[ "$(periods audit)" = 'iso-2026 soc2-2026-h1 ' ] || fail "cloned: $(periods audit)"
open_period iso-2027
open_period soc2-more
vault -C ev push -q
for verb in pull fetch; do
  expect 0 vault -C audit $verb
  [ "$(periods audit)" = 'iso-2026 iso-2027 soc2-2026-h1 ' ] || fail "$verb: $(periods audit)"
done
# Named ones count once; what the clone remembers stays.
expect 0 vault -C audit pull --period soc2-more
[ "$(periods audit)" = 'iso-2026 iso-2027 soc2-2026-h1 soc2-more ' ]
open_period soc2-last
vault -C ev push -q
expect 0 vault -C audit pull
expect 0 vault -C audit remote list
prints 'soc2-2026-h1 iso-*'
[ "$(periods audit)" = 'iso-2026 iso-2027 soc2-2026-h1 soc2-more ' ]
expect 2 vault -C audit pull --all --period x
says 'exclude each other'
expect 0 vault -C audit remote add origin "$(vault -C audit remote list | cut -d ' ' -f 3)" --period 'soc2-l*'
expect 0 vault -C audit pull
[ "$(periods audit)" = 'iso-2026 iso-2027 soc2-2026-h1 soc2-last soc2-more ' ]
expect 0 vault -C audit pull --all
[ "$(periods audit)" = 'iso-2026 iso-2027 soc2-2026-h1 soc2-last soc2-more soc2-other ' ]
expect 0 vault -C audit fsck
prints 'sound (level logged'
# A copy that names none gets all.
expect 0 vault -C ev pull
expect 2 vault clone "$remote" other --vault-id "$id" --period 'a**'
says 'pattern'
[ ! -e other ]
