. ./lib.sh
for name in root1 root2 root3 root4 collector; do ssh-keygen -q -t ed25519 -N '' -f "$name"; done
vault init ev --key root1 --key root2 --key root3 --threshold 2 -q
expect 0 vault -C ev trust add collector --key-file collector.pub --role collect --key root1
prints 'NOT in force'
expect 0 vault -C ev trust list --json
prints '"number":1'
# The same key twice is one key.
expect 0 vault -C ev trust sign --key root1
prints 'signed, still NOT in force'
# Who names the document signs no other; who decides nothing signs none.
expect 3 vault -C ev trust sign "$(printf 0 | sha256sum | cut -c1-64)" --key root3
says 'that waits is sha256:'
expect 2 vault -C ev trust sign 0 --key root3
expect 3 vault -C ev trust sign --key root4
says 'is no root key'
expect 0 vault -C ev trust sign "$(sha256sum ev/.vault/staging/trust/document.json | cut -c1-64)" --key root3
prints 'in force'
expect 2 vault -C ev trust sign --key root2
says 'waits for signatures'
expect 3 vault -C ev trust add friend --key-file root4.pub --role collect --key root4
expect 0 vault -C ev trust rotate --add-key root4.pub --remove "$(ssh-keygen -lf root1.pub | cut -d' ' -f2)" \
  --key root2 --key root4 --json
prints '"pending":true'
expect 0 vault -C ev trust sign --key root3 --json
prints '"pending":false'
expect 3 vault -C ev trust add friend --key-file root1.pub --role collect --key root1
expect 0 vault -C ev trust add friend --key-file root1.pub --role collect --key root4 --key root3
vault -C ev period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root2 -q
echo x >f
vault -C ev commit -q --period soc2-2026-h1 --key collector --source s --collected 2026-03-01T00:00:00Z --as CC1/f f
expect 0 vault -C ev trust revoke collector --at 2026-05-01T00:00:00Z --reason 'laptop stolen' --key root2 --key root3
expect 3 vault -C ev commit -q --period soc2-2026-h1 --key collector --source s --collected 2026-03-01T00:00:00Z --as CC1/g f
says 'revoked'
expect 0 vault -C ev trust verify
expect 0 vault -C ev trust list
prints 'laptop stolen'
# A key that was replaced can be revoked too; the last ones that can decide cannot.
expect 0 vault -C ev trust revoke "$(ssh-keygen -lf root1.pub | cut -d' ' -f2)" --at 2026-05-01T00:00:00Z \
  --reason 'root key stolen' --key root2 --key root3
ssh-keygen -q -t ed25519 -N '' -f single
vault init one --key single -q
expect 3 vault -C one trust revoke "$(ssh-keygen -lf single.pub | cut -d' ' -f2)" --at 2026-05-01T00:00:00Z \
  --reason stolen --key single
says 'must sign any later change'
