extension VerifyProgram {
  /// What says whose key signed which document, and what the trust documents let it do.
  static let signatures = #"""
    TRUST, COMMIT = "trust@evidence-vault.org", "commit@evidence-vault.org"
    BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


    def string(blob):
        """RFC 4251, 5: the string that a blob begins with, and what follows it."""
        end = 4 + int.from_bytes(blob[:4], "big")
        demand(4 <= end <= len(blob), "a signature is cut off")
        return blob[4:end], blob[end:]


    def signing_key(blob, namespace, name):
        """PROTOCOL.sshsig: the key that a signature names as its maker's, as trust documents write keys."""
        demand(blob[:10] == b"SSHSIG\0\0\0\1", name + " is no signature")
        key, rest = string(blob[10:])
        used, rest = string(rest)
        reserved, rest = string(rest)
        digest, rest = string(rest)
        made, rest = string(rest)
        demand(used == namespace.encode(), name + " was made for another use")
        demand(not reserved and digest in (b"sha256", b"sha512") and not rest, name + " is no signature")
        kind, _ = string(key)
        if kind.startswith(b"sk-"):
            _, rest = string(made)
            _, rest = string(rest)
            demand(len(rest) == 5 and rest[0] & 1, name + " was made without a touch of the security key")
        return kind.decode("ascii") + " " + base64.b64encode(key).decode()


    def fingerprint(key):
        return "SHA256:" + base64.b64encode(sha256(unbase64(key.split(" ")[1]))).decode().rstrip("=")


    class Signatures:
        """Collects who signed what, which ssh-keygen is to check."""

        def __init__(self, folder):
            self.folder, self.listed, self.allowed = folder, [], []

        def of(self, place, namespace, signers):
            """The keys that signed a document, and the blobs of their signatures. Who is no signer is called root."""
            keys, blobs = [], []
            while self.folder.has(f"{place}.{len(keys) + 1}.sig"):
                name = f"{place}.{len(keys) + 1}.sig"
                text = self.folder.read(name).decode("ascii")
                body = text.removeprefix(BEGIN).removesuffix(END + "\n").replace("\n", "")
                lines = [BEGIN, *(body[at:at + 70] for at in range(0, len(body), 70)), END, ""]
                demand(text == "\n".join(lines), name + " is no signature")
                blobs.append(unbase64(body))
                keys.append(signing_key(blobs[-1], namespace, name))
                principal = next((signer["name"] for signer in signers if signer["key"] == keys[-1]), "root")
                self.listed.append({"document": place + ".json", "file": name, "namespace": namespace, "principal": principal})
                line = f'{principal} namespaces="{namespace}" {keys[-1]}\n'
                if line not in self.allowed:
                    self.allowed.append(line)
            return keys, blobs

        def check(self):
            """What is said of the signatures is what the documents and the signatures themselves say."""
            said = self.folder.manifest["signatures"]
            demand(said == self.listed, "sample.json lists other signatures than those of the documents")
            allowed = self.folder.read("allowed_signers")
            demand(allowed == "".join(self.allowed).encode(), "allowed_signers holds other keys than those that signed")


    def check_roots(place, keys, document, before):
        """Enough root keys of the document before and of its own have signed it, each counted once."""
        revoked = {revocation["key"] for revocation in before.get("revocations", [])} if before is not document else ()
        for roots in (before["roots"], document["roots"]):
            demand(1 <= roots["threshold"] <= len(set(roots["keys"])), place + " has no threshold")
            count = len({key for key in keys if key in roots["keys"] and fingerprint(key) not in revoked})
            demand(count >= roots["threshold"], f"{place} is signed by too few root keys, {count} of {roots['threshold']}")
        known = before["roots"]["keys"] + document["roots"]["keys"]
        demand(all(key in known for key in keys), place + " is signed by a key that is no root key")


    def trust_chain(folder, signatures):
        """docs/format.md, 10: the trust documents by their ids, from the vault's id on."""
        chain, previous, before = {}, None, None
        while folder.has(f"trust/{len(chain) + 1:06}.json"):
            place = f"trust/{len(chain) + 1:06}"
            data, document = folder.document(place + ".json")
            demand(document["type"] == "trust" and document["format"] == 1, place + " is no trust document of format 1")
            demand(not document.get("features"), place + " requires what this script does not know")
            demand(document["number"] == len(chain) + 1, place + " has another number")
            demand(document.get("previous") == previous, place + " does not follow the document before")
            demand(document.get("vault") == next(iter(chain), None), place + " is of another vault")
            for signer in document.get("signers", []):
                demand(re.fullmatch("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", signer["name"]), place + " has a name that cannot be")
            keys, _ = signatures.of(place, TRUST, [])
            check_roots(place, keys, document, before or document)
            for revocation in (before or {}).get("revocations", []):
                demand(revocation in document.get("revocations", []), place + " takes a revocation back")
            previous, before = object_id(data), document
            chain[previous] = document
        demand(next(iter(chain), None) == folder.manifest["vault"], "the first trust document is not the vault's id")
        return chain


    def matches(glob, text):
        """docs/format.md, 9: `*` is any run within a segment, the segment `**` any number of segments."""
        segments, reach = text.split("/"), {0}
        for part in glob.split("/"):
            if part == "**":
                reach = set(range(min(reach), len(segments) + 1)) if reach else reach
                continue
            pattern = part.replace("[", "[[]").replace("?", "[?]")
            reach = {at + 1 for at in reach if at < len(segments) and fnmatch.fnmatchcase(segments[at], pattern)}
        return len(segments) in reach


    class SignedCommit:
        """A commit, and what the trust documents say of the keys that signed it."""

        def __init__(self, folder, signatures, chain, place, ref):
            data, commit = folder.document(place + ".json")
            demand(commit["type"] == "commit" and commit["vault"] == folder.manifest["vault"], place + " belongs elsewhere")
            demand(commit["ref"] == ref, place + " is of another ref")
            demand(is_time(commit["time"]), place + " has no time")
            demand(commit["trust"] in chain, place + " names a trust document that is not here")
            trust, newest = chain[commit["trust"]], list(chain.values())[-1]
            signers = trust.get("signers", [])
            self.place, self.commit, self.id = place, commit, object_id(data)
            self.keys, self.blobs = signatures.of(place, COMMIT, signers)
            known = trust["roots"]["keys"] + [signer["key"] for signer in signers]
            demand(all(key in known for key in self.keys), place + " is signed by a key that its trust document does not name")
            self.author = next((key for key in self.keys if fingerprint(key) == commit["signer"]), None)
            demand(self.author, place + " is not signed by the key that it names as its author's")
            time = max(commit["time"], trust["time"])
            revoked = {revocation["key"] for revocation in newest.get("revocations", []) if revocation["at"] <= time}
            demand(commit["signer"] not in revoked, place + " is signed by a key that was revoked then")
            self.name = next((signer["name"] for signer in signers if signer["key"] == self.author), "root")
            self.holders = [
                signer for signer in signers
                if signer["key"] in self.keys and fingerprint(signer["key"]) not in revoked
                and signer.get("validFrom", time) <= time < signer.get("validUntil", "~")
                and any(matches(glob, ref.split("/")[1]) for glob in signer.get("periods", []))]

        def demand_role(self, role, path=None):
            """That the author has a role in the period, and where it matters at the path."""
            own = [signer for signer in self.holders if signer["key"] == self.author and role in signer["roles"]]
            if path is not None:
                own = [signer for signer in own if any(matches(glob, path) for glob in signer.get("paths", []))]
            demand(own, f"{self.place}: the trust documents do not let {self.name} {role}")

        def demand_second_approver(self):
            second = [signer for signer in self.holders if signer["key"] != self.author and "approve" in signer["roles"]]
            demand(second, self.place + " replaces a population without a second signature, of an approver")

        def demand_new(self, leaf, place):
            demand(leaf >= self.commit["count"] - self.commit["added"], place + " is of an earlier commit")
    """#
}
