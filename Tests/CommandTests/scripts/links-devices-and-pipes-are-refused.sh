. ./lib.sh
make_vault
echo x >f
ln -s f link
mkdir d
ln -s ../f d/inner
mkfifo pipe
before=$(state ev)
expect 3 put --as CC1/link link
says 'symbolic link'
expect 3 put --as CC1/d d
expect 3 put --as CC1/null /dev/null
expect 3 put --as CC1/pipe pipe
expect 2 put --as CC1/x nowhere
says 'no such file'
mkdir empty
expect 2 put --as CC1/x empty
[ "$(state ev)" = "$before" ] || fail 'a refused commit left something behind'
expect 0 put --follow-links --as CC1/link link -q
expect 0 put --follow-links --as CC1/d d -q
[ "$(vault -C ev cat soc2-2026-h1:CC1/d/inner)" = x ]
