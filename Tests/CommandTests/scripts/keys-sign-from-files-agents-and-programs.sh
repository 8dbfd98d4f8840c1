. ./lib.sh
make_vault
ssh-keygen -q -t ed25519 -N '' -f ed25519
ssh-keygen -q -t ecdsa -b 256 -N '' -f p256
ssh-keygen -q -t ecdsa -b 384 -N '' -f p384
ssh-keygen -q -t rsa -b 3072 -N '' -f rsa3072
ssh-keygen -q -t ed25519 -N 'open sesame' -f locked
ssh-keygen -q -t ed25519 -N '' -f inagent
openssl ecparam -name prime256v1 -genkey -noout -out kms.pem
openssl ec -in kms.pem -pubout -out kms.pub.pem 2>/dev/null
ssh-keygen -i -m PKCS8 -f kms.pub.pem >kms.pub
for key in ed25519 p256 p384 rsa3072 locked inagent kms; do
  vault -C ev trust add "$key" --key-file "$key.pub" --role collect --period 'soc2-*' --path 'CC*/**' --key root -q
done
echo x >f
proves() {
  commit=$(grep -o '"commit":"sha256:[0-9a-f]*"' out | head -1 | cut -d'"' -f4)
  vault -C ev verify-commit "$commit" --export "proof-$1" -q
  sh "proof-$1/verify.sh" >said || fail "ssh-keygen does not accept the signature of $1"
  grep -q "proved: $1 signed it" said
}
sign_with() {
  name=$1
  shift
  expect 0 vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as "CC1/$name" f --json "$@"
  proves "$name"
}
for key in ed25519 p256 p384 rsa3072; do sign_with "$key" --key "$key"; done

# Without a terminal a passphrase comes from ssh's own helper.
printf '#!/bin/sh\necho open sesame\n' >askpass
chmod 755 askpass
export SSH_ASKPASS="$PWD/askpass" SSH_ASKPASS_REQUIRE=force
sign_with locked --key locked
unset SSH_ASKPASS SSH_ASKPASS_REQUIRE
expect 4 setsid -w vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as CC1/silent f --key locked
says 'the key has a passphrase'

eval "$(ssh-agent -s)" >/dev/null
trap 'ssh-agent -k >/dev/null' EXIT
ssh-add -q inagent
rm inagent
sign_with inagent --key inagent.pub

sign_with kms --key kms.pub --signer-program 'openssl dgst -sha256 -sign kms.pem'
expect 4 vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as CC1/none f \
  --key kms.pub --signer-program 'exit 3'
expect 3 vault -C ev commit --period soc2-2026-h1 --source s --collected 2026-03-01T00:00:00Z --as CC1/none f \
  --key p256.pub --signer-program 'openssl dgst -sha256 -sign kms.pem'
vault -C ev fsck -q
