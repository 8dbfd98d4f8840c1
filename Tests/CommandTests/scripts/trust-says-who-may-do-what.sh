. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f stranger
ssh-keygen -q -t ecdsa -b 384 -N '' -f manager
ssh-keygen -q -t rsa -b 3072 -N '' -f rsa
ssh-keygen -q -t rsa -b 2048 -N '' -f weak
echo x >f
before=$(state ev)
expect 3 vault -C ev commit --period soc2-2026-h1 --key stranger --source s --collected 2026-03-01T00:00:00Z --as CC1/f f
says 'is not in trust document'
expect 3 put --as elsewhere/f f
says 'may not write evidence at elsewhere/f'
expect 3 vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --key collector
says 'may not open'
expect 3 vault -C ev period open other-2026 --framework soc2 --from 2026-07-01 --to 2027-01-01 --key collector
expect 3 vault -C ev trust add friend --key-file stranger.pub --role collect --key collector
says 'must sign'
expect 3 vault -C ev commit --period soc2-2026-h1 --key root --source s --collected 2026-03-01T00:00:00Z --as CC1/f f
expect 2 vault -C ev trust add friend --key-file weak.pub --role collect --key root
expect 2 vault -C ev trust add friend --key-file f --role collect --key root
expect 2 vault -C ev trust add friend --key-file stranger.pub --role king --key root
expect 2 vault -C ev trust add 'a b' --key-file stranger.pub --role collect --key root
[ "$(state ev)" = "$before" ] || fail 'a refusal left something behind'
vault -C ev trust add boss --key-file manager.pub --role manage --period 'soc2-*' --key root -q
vault -C ev trust add rsa --key-file rsa.pub --role collect --path 'CC9/**' --valid-until 2026-01-01T00:00:00Z --key root -q
vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --key manager \
  --predecessor soc2-2026-h1 -q
expect 3 vault -C ev commit --period soc2-2026-h1 --key rsa --source s --collected 2026-03-01T00:00:00Z --as CC9/f f
says 'outside its validity'
expect 3 vault -C ev period open soc2-2026-h2 --framework soc2 --from 2026-07-01 --to 2027-01-01 --key root
says 'exists already'
expect 3 vault -C ev trust add collector --key-file stranger.pub --role collect --key root
vault -C ev trust verify >/dev/null
VAULT_ID=sha256:0000000000000000000000000000000000000000000000000000000000000000 expect 3 vault -C ev status
vault -C ev fsck -q
