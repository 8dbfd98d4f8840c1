. ./lib.sh
make_vault
echo x >f
settings=ev/.vault/config.json
sound=$(state ev)

# Nothing is set, and asking sets nothing.
expect 0 vault -C ev config
[ ! -s out ] || fail 'something is set'
expect 0 vault -C ev config --json
prints '{}'
expect 2 vault -C ev config key
says 'key is not set'
[ "$(state ev)" = "$sound" ] || fail 'asking changed the vault'

# A key is checked, and kept by its absolute path.
expect 0 vault -C ev config key collector
[ "$(cat out)" = "$PWD/collector" ] || fail 'the key is not kept by its absolute path'
expect 0 vault -C ev config period soc2-2026-h1 -q
[ ! -s out ] || fail '--quiet said something'
[ "$(cat "$settings")" = "{\"key\":\"$PWD/collector\",\"period\":\"soc2-2026-h1\",\"type\":\"config\"}" ]
expect 0 vault -C ev config
prints "key     $PWD/collector"
prints 'period  soc2-2026-h1'
expect 0 vault -C ev config --json
prints "{\"key\":\"$PWD/collector\",\"period\":\"soc2-2026-h1\"}"
expect 0 vault -C ev config period --json
[ "$(cat out)" = '{"period":"soc2-2026-h1"}' ]
kept=$(cat "$settings")
for wrong in gone f ev; do
  set +e
  vault -C ev config key "$wrong" >out 2>err
  code=$?
  set -e
  [ "$code" != 0 ] || fail "$wrong is no key"
done
expect 2 vault -C ev config key f
expect 2 vault -C ev config period 'Not A Name'
says 'is no period name'
for name in remote type program signer-program KEY; do
  expect 2 vault -C ev config "$name" x
  says 'there is no setting'
  says 'settings are key, period'
done
expect 2 vault -C ev config --unset
expect 2 vault -C ev config key collector --unset
VAULT_ID=sha256:$(printf %064d 0) expect 3 vault -C ev config period other
[ "$(cat "$settings")" = "$kept" ] || fail 'a refused setting was kept'

# It counts where neither an option nor the environment says anything.
commit() { vault -C ev commit --source okta --collected 2026-03-01T00:00:00Z "$@"; }
expect 0 commit --as CC1/f f
expect 0 vault -C ev log
prints 'collector'
expect 0 vault -C ev ls
prints 'CC1/f'
expect 0 vault -C ev period show
expect 2 commit --period other --as CC1/g f
says 'no period other'
VAULT_PERIOD=other expect 2 commit --as CC1/g f
says 'no period other'
VAULT_KEY=gone expect 2 commit --as CC1/g f
says 'gone: no such key file'
expect 2 commit --key gone2 --as CC1/g f
says 'gone2: no such key file'
VAULT_KEY= VAULT_PERIOD= expect 0 commit --as CC1/empty f
mv collector moved
expect 2 commit --as CC1/g f
says "$PWD/collector: no such key file"
mv moved collector

# A key with a passphrase and a public key can be kept too.
ssh-keygen -q -t ed25519 -N 'open sesame' -f locked
expect 0 vault -C ev config key locked
expect 0 vault -C ev config key collector.pub
rm locked.pub
expect 2 vault -C ev config key locked
says 'locked.pub: no such key file'

# What is removed counts no more.
expect 0 vault -C ev config key --unset
expect 0 vault -C ev config key --unset
expect 2 vault -C ev config key
expect 2 commit --as CC1/g f
says 'no key is named'
says "vault config key FILE"
expect 0 vault -C ev config period
expect 0 vault -C ev config period --unset
expect 2 commit --key collector --as CC1/g f
says 'the period is missing'

# fsck knows the file, and asks it nothing; nor does who needs nothing of it.
damage() {
  for verb in "config" "config key" "config period soc2-2026-h1" "log" "commit --period soc2-2026-h1 --source s --as CC1/h f"; do
    # shellcheck disable=SC2086
    expect 2 vault -C ev $verb
    says '.vault/config.json cannot be used'
    says "$1"
    says 'remove it'
  done
  expect 0 vault -C ev log soc2-2026-h1
  expect 0 commit --period soc2-2026-h1 --key collector --as "CC1/damaged-$2" f
}
checks() { expect 0 vault -C ev fsck -q; }
checks
printf '{"key":"/k","program":"/bin/sh","type":"config"}' >"$settings"
damage '"program" is unknown' 1
checks
printf '{"key":"relative","type":"config"}' >"$settings"
damage '"key" is not what it must be' 2
printf '{"key":["/k"],"type":"config"}' >"$settings"
damage '"key" is not a string' 3
printf '{"type":"config"}\n' >"$settings"
damage 'cannot be used' 4
printf '{"period":"p","type":"vault"}' >"$settings"
damage 'not "config"' 5
: >"$settings"
damage 'cannot be used' 6
head -c 1000000 /dev/zero >"$settings"
damage 'more than 65536 bytes' 7
checks
rm "$settings"
mkfifo "$settings"
damage 'cannot be used' 8
rm "$settings"
mkdir "$settings"
damage 'it is a folder' 9
rmdir "$settings"
printf '{"type":"config"}' >elsewhere
ln -s "$PWD/elsewhere" "$settings"
damage 'symbolic link' 10
rm "$settings"
checks

# Two writers leave one of both, whole; nothing is left beside it.
for i in 1 2 3 4 5; do
  vault -C ev config period "p$i" -q &
done
wait
expect 0 vault -C ev config period
checks
[ -z "$(find ev -name '.tmp-*')" ] || fail 'a passing file was left'
