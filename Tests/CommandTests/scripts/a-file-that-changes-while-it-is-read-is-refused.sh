. ./lib.sh
make_vault
head -c 60000000 /dev/zero | tr '\0' 'x' >f
before=$(state ev)
(while [ ! -e stop ]; do printf x >>f; done) &
writer=$!
expect 4 put --as CC1/f f
says 'changed while it was read'
touch stop
wait "$writer"
[ "$(state ev)" = "$before" ] || fail 'a failed commit left something behind'
[ -z "$(ls ev/.vault/staging 2>/dev/null)" ] || fail 'staging was left behind'
