extension VerifyProgram {
  /// What reads the folder and its proofs.
  static let folder = #"""
    #!/usr/bin/env python3
    """Checks the folder of a sample: every hash and proof, the draw, the receipt, whose keys signed which document, and that
    the trust documents let them. Only the signatures themselves are left, for which it prints the commands of ssh-keygen.

      python3 verify.py [VAULT-ID]

    Exit codes: 0 all of it holds if the signatures do, 1 something does not, 2 wrong usage.
    """
    import base64
    import csv
    import fnmatch
    import hashlib
    import json
    import os
    import re
    import sys

    HERE = os.path.dirname(os.path.abspath(__file__))


    class Wrong(Exception):
        pass


    def demand(truth, what):
        if not truth:
            raise Wrong(what)


    def printable(text):
        """What a stranger wrote must not steer the terminal."""
        return re.sub("[\\x00-\\x1f\\x7f-\\x9f]", "?", text)


    def read(name):
        with open(os.path.join(HERE, *name.split("/")), "rb") as file:
            return file.read()


    def sha256(data):
        return hashlib.sha256(data).digest()


    def object_id(data):
        return "sha256:" + sha256(data).hex()


    def unbase64(text):
        data = base64.b64decode(text, validate=True)
        demand(base64.b64encode(data).decode() == text, "base64 has another spelling than its own")
        return data


    def canonical(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


    def parse(data, name):
        """docs/format.md, 4: JSON in its one spelling, so that nobody reads it otherwise."""
        value = json.loads(data.decode())
        demand(isinstance(value, dict) and canonical(value) == data, name + " is no canonical JSON")
        return value


    def parse_proof(data, name):
        proof = parse(data, name)
        demand(set(proof) - {"path"} == {"index", "object", "treeSize", "type"}, name + " is no proof")
        demand(proof["type"] == "proof", name + " is no proof")
        return proof


    def is_time(text):
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", text) is not None


    def root(leaf, proof):
        """RFC 9162, 2.1.3.2: the root that an inclusion proof gives."""
        demand(0 <= proof["index"] < proof["treeSize"], "a proof is outside its tree")
        at, last = proof["index"], proof["treeSize"] - 1
        value = sha256(b"\0" + leaf)
        for text in proof.get("path", []):
            demand(last > 0, "a proof is too long")
            node = bytes.fromhex(text.removeprefix("mth-sha256:"))
            if at & 1 or at == last:
                value = sha256(b"\1" + node + value)
                while not at & 1 and at:
                    at, last = at >> 1, last >> 1
            else:
                value = sha256(b"\1" + value + node)
            at, last = at >> 1, last >> 1
        demand(last == 0, "a proof is too short")
        return "mth-sha256:" + value.hex()


    class Folder:
        """The files that sample.json lists, each of which must be of use for a proof."""

        def __init__(self):
            self.manifest = parse(read("sample.json"), "sample.json")
            demand(set(self.manifest) == {"files", "period", "signatures", "type", "vault", "version"}, "sample.json is no list")
            demand((self.manifest["type"], self.manifest["version"]) == ("sample", 1), "sample.json is no list of version 1")
            self.files = {file["name"]: file for file in self.manifest["files"]}
            demand(len(self.files) == len(self.manifest["files"]), "sample.json lists a file twice")
            self.unused = set(self.files)

        def has(self, name):
            return name in self.files

        def read(self, name):
            demand(self.has(name), "sample.json does not list " + name)
            data = read(name)
            stated = self.files[name]
            demand(len(data) == stated["size"] and object_id(data) == stated["object"], name + " has other bytes")
            self.unused.discard(name)
            return data

        def document(self, name):
            data = self.read(name)
            return data, parse(data, name)

        def proved_line(self, place, commit):
            """A line of a ref, under the root of one of its commits: its bytes, its value and its leaf."""
            data, line = self.document(place + ".json")
            proof = parse_proof(self.read(place + "-proof.json"), place + "-proof.json")
            demand(proof["object"] == object_id(data), place + "-proof.json is of another line")
            demand(proof["treeSize"] == commit["count"], place + " is proved in another tree")
            demand(root(data, proof) == commit["root"], place + " is not under the commit's root")
            return data, line, proof["index"]
    """#
}
