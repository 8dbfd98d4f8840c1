. ./lib.sh
make_vault
echo x >f
put --as CC1/f f -q
put --as CC1/g f -q
rm -r ev/.vault/index
before=$(whole_state ev)
commit=$(vault -C ev log soc2-2026-h1 --json | grep -o '"commit":"sha256:[0-9a-f]*"' | head -1 | cut -d'"' -f4)
vault -C ev ls soc2-2026-h1 >/dev/null
vault -C ev cat soc2-2026-h1:CC1/f >/dev/null
vault -C ev show soc2-2026-h1:CC1/f >/dev/null
vault -C ev diff soc2-2026-h1 --since 1 >/dev/null
vault -C ev status >/dev/null
vault -C ev trust list >/dev/null
vault -C ev trust verify >/dev/null
vault -C ev period list >/dev/null
vault -C ev period show soc2-2026-h1 >/dev/null
vault -C ev checkout soc2-2026-h1 --to away -q
vault -C ev verify-commit "$commit" --export proof -q
vault -C ev fsck -q
vault -C ev fsck --quick -q
[ "$(whole_state ev)" = "$before" ] || fail 'a reader wrote to the vault'
# The index is derived: the next writer makes it again, and says the same.
echo y >h
put --as CC1/h h -q
[ "$(vault -C ev ls soc2-2026-h1 | wc -l)" = 3 ]
