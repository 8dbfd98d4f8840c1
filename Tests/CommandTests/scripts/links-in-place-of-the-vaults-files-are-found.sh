. ./lib.sh
make_vault
echo x >f
put --as CC1/f f -q
v=ev/.vault
for file in packs/soc2-2026-h1/000001.pack refs/periods/soc2-2026-h1.log refs/trust.log vault.json; do
  mv "$v/$file" kept
  ln -s "$PWD/kept" "$v/$file"
  before=$(sha256sum kept)
  expect 1 vault -C ev fsck
  prints "$file"
  expect 1 vault -C ev cat soc2-2026-h1:CC1/f
  says 'is a symbolic link'
  expect 1 put --as CC1/g f
  [ "$(sha256sum kept)" = "$before" ] || fail "$file: something was written through a link"
  rm "$v/$file"
  mv kept "$v/$file"
done
for folder in packs/soc2-2026-h1 refs/periods packs/@vault; do
  mv "$v/$folder" kept
  ln -s "$PWD/kept" "$v/$folder"
  expect 1 vault -C ev fsck
  prints "$folder"
  rm "$v/$folder"
  mv kept "$v/$folder"
done
vault -C ev fsck -q
