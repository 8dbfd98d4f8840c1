extension VerifyProgram {
  /// What checks a remote's receipt of the population's commit.
  static let receipt = #"""
    def signatures_id(signed):
        """docs/protocol.md, 5.1: what a leaf says of a commit's signatures."""
        ids = []
        for blob in signed.blobs:
            signature = base64.b64encode(blob).decode()
            document = {"format": "sshsig", "namespace": COMMIT, "object": signed.id, "signature": signature}
            ids.append(sha256(canonical({**document, "type": "signature", "version": 1})))
        return object_id(b"".join(sorted(ids)))


    def checkpoint(note):
        """docs/protocol.md, 5.3: what a checkpoint says, and the name, key hash and length of each signature under it."""
        text, _, lines = note.rpartition("\n\n")
        origin, size, tree, received = text.split("\n")
        demand(re.fullmatch("[1-9][0-9]*", size), "the receipt's checkpoint has no size")
        demand(received.startswith("received ") and is_time(received[9:]), "the receipt's checkpoint has no time")
        made = []
        for line in lines.removesuffix("\n").split("\n"):
            dash, name, signature = line.split(" ")
            demand(dash == "\u2014", "the receipt's checkpoint has a line that is no signature")
            signature = unbase64(signature)
            made.append((name, signature[:4].hex(), len(signature)))
        return origin, int(size), "mth-sha256:" + unbase64(tree).hex(), received[9:], made


    def log_key(trust, origin, made):
        """The key of a log that the trust names and that is said to have signed."""
        for log in trust.get("logs", []):
            name, stated, key = log["key"].split("+", 2)
            key = unbase64(key)
            demand(len(key) == 33 and key[0] == 1, "a log of the trust has no Ed25519 key")
            hashed = sha256(name.encode() + b"\n" + key)[:4].hex()
            if name == origin and stated == hashed and (name, hashed, 68) in made:
                return log["key"]
        raise Wrong("the receipt is not of a log that the newest trust document names")


    def check_receipt(folder, signed, newest):
        """When a log received the population's commit, and the log's key, whose signature is all that is left."""
        _, receipt = folder.document("population/receipt.json")
        demand(set(receipt) - {"proof"} == {"checkpoint", "index", "leaf", "type"}, "population/receipt.json is no receipt")
        demand(receipt["type"] == "receipt", "population/receipt.json is no receipt")
        data = receipt["leaf"].encode()
        leaf = parse(data, "the receipt's leaf")
        commit = signed.commit
        accepted = {name: commit[name] for name in ("count", "ref", "root", "sequence", "vault")}
        accepted.update(commit=signed.id, signatures=signatures_id(signed), type="accepted", version=1)
        accepted.update(received=leaf["received"], trust=leaf["trust"])
        demand(leaf == accepted and is_time(leaf["received"]), "the receipt is not of the population's commit")
        origin, size, tree, time, made = checkpoint(receipt["checkpoint"])
        proof = {"index": receipt["index"], "treeSize": size, "path": receipt.get("proof", [])}
        demand(root(data, proof) == tree, "the receipt's leaf is not in the log's tree")
        demand(leaf["received"] <= time, "the receipt's checkpoint is older than its leaf")
        key = log_key(newest, origin, made)
        place = f"leaf {receipt['index']} of {size} of the log {origin}"
        return f"proved but for the log's signature: the population was received {leaf['received']}, {place}", key
    """#
}
