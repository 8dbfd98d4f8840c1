. ./remote.sh
make_remote
id=$(vault -C ev trust verify | grep -o "sha256:[0-9a-f]*" | head -n 1)
vault -C ev push "$remote" -q
# pipe FILE…: a pipeline's commit of files.
pipe() {
  if [ $# = 1 ]; then as=CC6.1/$1; else as=CC6.1; fi
  vault commit --remote "$remote" --vault-id "$id" --period soc2-2026-h1 --key collector --source okta \
    --collected 2026-03-01T00:00:00Z --as "$as" "$@"
}
for name in a b c; do echo $name >$name; done
expect 0 pipe a
mine=$(sed -n 's/^  received //p' out)
expect 0 pipe b
[ "$(sed -n 's/^  received //p' out)" != "$mine" ] || fail 'two commits have one receipt'
expect 0 pipe a
prints 'nothing to add'
prints '(commit 2, '
prints "  received $mine"
expect 0 pipe b a
prints '(commit 3, '
expect 0 pipe a c
prints '[soc2-2026-h1 4]'

# A vault that is behind is answered for what it has.
vault -C ev pull "$remote" -q
put --as CC6.1/own a -q
expect 0 vault -C ev push "$remote" --json
own=$(grep -o 'received[^,]*' out | tail -n 1)
[ -n "$own" ] || fail 'a push gives no receipt'
echo d >d
expect 0 pipe d
expect 0 vault -C ev push "$remote" --json
[ "$(grep -o 'received[^,]*' out | tail -n 1)" = "$own" ] || fail 'the receipt is of a commit that others pushed'
vault -C srv/acme.vault fsck -q
