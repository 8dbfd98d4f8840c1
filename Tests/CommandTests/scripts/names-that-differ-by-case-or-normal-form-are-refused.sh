. ./lib.sh
make_vault
echo x >f
put --as CC6.1/Users.json f -q
put --as "CC6.1/$(printf 'caf\303\251')" f -q
expect 3 put --as CC6.1/users.json f
says 'cannot stand beside'
expect 3 put --as cc6.1/Users.json f
expect 3 put --as "CC6.1/$(printf 'cafe\314\201')" f
expect 3 put --as "CC6.1/$(printf 'CAF\303\211')" f
# A file is no folder, in either order.
expect 3 put --as CC6.1/Users.json/more f
expect 3 put --as CC6.1 f
mkdir both
echo 1 >both/a
echo 2 >both/A
expect 3 put --as CC6.1/both both
says 'the same path'
vault -C ev fsck -q
