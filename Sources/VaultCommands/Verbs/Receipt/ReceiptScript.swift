/// The script that proves exported receipts without this program.
enum ReceiptScript {
  static let text = #"""
    #!/usr/bin/env python3
    """Proves receipts of an evidence vault with Python's standard library and openssl(1), and nothing else.

    Each *.tlog-proof of a folder is held against the key in log.pub beside it: the log's signature of the checkpoint
    (C2SP signed-note), and the proof that the leaf is in the tree that was signed (RFC 9162, section 2.1.3.2).
    """
    import base64, hashlib, json, pathlib, re, subprocess, sys, tempfile

    SIGNATURE = re.compile("— ([^ +]+) ([A-Za-z0-9+/]+={0,2})")
    SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")


    def fail(why):
        sys.exit(f"NOT PROVED: {why}")


    def decoded(text):
        """The bytes of base64 in its one form: what has other bits behind the last byte is refused too."""
        data = base64.b64decode(text, validate=True)
        if base64.b64encode(data).decode() != text:
            fail("a base64 text is not in its one form")
        return data


    def number(text):
        if not re.fullmatch("0|[1-9][0-9]{0,18}", text):
            fail(f"{text!r} is no number")
        return int(text)


    def signatures(file, block, name, key_hash):
        """The signatures by the log's key: every line is `— NAME BASE64`, and those of other keys are passed over."""
        if block[-1:] != "\n":
            fail(f"{file} does not end with a line end")
        own = []
        for line in block[:-1].split("\n"):
            match = SIGNATURE.fullmatch(line)
            if not match:
                fail(f"{file}: a signature line is not of the form — NAME BASE64")
            data = decoded(match[2])
            if match[1] == name and data[:4].hex() == key_hash:
                own.append(data[4:])
        return own


    def is_signed(key, text, signature):
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder, name) for name in ("key", "text", "signature")]
            for path, data in zip(paths, (SPKI_ED25519 + key, text, signature)):
                path.write_bytes(data)
            command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", paths[0]]
            command += ["-in", paths[1], "-sigfile", paths[2]]
            return subprocess.run(command, capture_output=True).returncode == 0


    def root(leaf, index, size, path):
        node, last = hashlib.sha256(b"\0" + leaf).digest(), size - 1
        if not 0 <= index <= last:
            fail("the leaf is not in the log")
        for other in path:
            if last == 0:
                fail("the proof is too long")
            if index & 1 or index == last:
                node = hashlib.sha256(b"\1" + other + node).digest()
                while index and not index & 1:
                    index, last = index >> 1, last >> 1
            else:
                node = hashlib.sha256(b"\1" + node + other).digest()
            index, last = index >> 1, last >> 1
        if last:
            fail("the proof is too short")
        return node


    def prove(file, verifier):
        name, key_hash, key = verifier.strip().split("+", 2)
        key = decoded(key)
        if len(key) != 33 or key[0] != 1:
            fail("log.pub holds no Ed25519 key")
        if hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] != key_hash:
            fail("log.pub is damaged")
        head, _, note = file.read_bytes().decode().partition("\n\n")
        format, extra, index, *path = head.split("\n")
        if format != "c2sp.org/tlog-proof@v1" or extra[:6] != "extra " or index[:6] != "index ":
            fail(f"{file} is no tlog-proof with its leaf")
        leaf, index, path = decoded(extra[6:]), number(index[6:]), [decoded(line) for line in path]
        if any(len(other) != 32 for other in path):
            fail("the proof has what is no hash")
        text, _, block = note.rpartition("\n\n")
        origin, size, tree, signed = text.split("\n")
        if origin != name or not signed.startswith("received "):
            fail(f"{file} is of another log")
        own = signatures(file, block, name, key_hash)
        # One that does not hold spoils the note, whatever stands beside it.
        if not own or not all(is_signed(key[1:], text.encode() + b"\n", signature) for signature in own):
            fail(f"{file}: the log's key did not sign the checkpoint")
        if root(leaf, index, number(size), path) != decoded(tree):
            fail(f"{file}: the leaf is not in the tree that was signed")
        said = json.loads(leaf)
        what = said.get("ref", "trust"), said.get("sequence", said.get("number"))
        print(f"proved: {what[0]} {what[1]} was received {said['received']}: leaf {index} of {name}")
        print(f"        {said.get('commit', said['trust'])}")
        return said["vault"]


    def main():
        folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
        folder = folder if folder.is_dir() else folder.parent
        vaults = set()
        for file in sorted(folder.rglob("*.tlog-proof")):
            try:
                vaults.add(prove(file, (file.parent / "log.pub").read_text()))
            except (ValueError, LookupError, TypeError, OSError) as error:
                fail(f"{file}: {error}")
        if len(vaults) != 1:
            fail("there are receipts of no vault, or of several")
        print(f"All are of the vault {vaults.pop()}. Compare it, and log.pub, with what you obtained elsewhere.")
        print("A commit's id is the SHA-256 of payload.json, as 'vault verify-commit --export' writes it.")


    if __name__ == "__main__":
        main()

    """#
}
