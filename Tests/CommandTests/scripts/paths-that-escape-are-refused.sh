. ./lib.sh
make_vault
echo x >f
before=$(state ev)
for path in /etc/passwd ../f CC1/../../f CC1/./f CC1//f . .. '' CC1/.. .vault/f .VAULT/f .git/config CC1/.GIT/f CC1/.git "CC1/$(printf 'a\tb')" \
  "CC1/$(printf 'a\177b')" "CC1/$(printf 'a\nb')" "CC1/$(printf 'a\342\200\256b')" "CC1/$(printf 'a\342\200\213b')"; do
  expect 2 put --as "$path" f
done
mkdir d
printf x >"d/$(printf 'bad\001name')"
expect 2 put --as CC1/d d
says 'control character'
long=$(printf '%0300d' 0)
expect 2 put --as "CC1/$long" f
[ "$(state ev)" = "$before" ] || fail 'a refused commit left something behind'
# The same from the user's side: nothing that is read escapes either.
for path in ../f /f CC1/../f; do expect 2 vault -C ev cat "soc2-2026-h1:$path"; done
expect 2 vault -C ev ls soc2-2026-h1 ../..
