/// `verify.py`: what a sample's folder proves, checked by Python's standard library alone. It shares no code with the
/// vault, and follows docs/sampling.md and docs/format.md.
enum VerifyProgram {
  static let name = "verify.py"

  static let text = #"""
    #!/usr/bin/env python3
    """Checks the folder of a sample: every hash and proof, the draw, the chain of trust's ids. For the signatures it
    prints the commands of ssh-keygen that check them.

      python3 verify.py [VAULT-ID]

    Exit codes: 0 all of it holds, 1 something does not, 2 wrong usage.
    """
    import csv
    import hashlib
    import json
    import os
    import sys

    HERE = os.path.dirname(os.path.abspath(__file__))


    class Wrong(Exception):
        pass


    def demand(truth, what):
        if not truth:
            raise Wrong(what)


    def read(name):
        with open(os.path.join(HERE, *name.split("/")), "rb") as file:
            return file.read()


    def sha256(data):
        return hashlib.sha256(data).digest()


    def object_id(data):
        return "sha256:" + sha256(data).hex()


    def root(leaf, proof):
        """RFC 9162, 2.1.3.2: the root that an inclusion proof gives."""
        demand(proof["index"] < proof["treeSize"], "a proof is outside its tree")
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


    def ticket(seed, population, record):
        """docs/format.md, 16.1."""
        return sha256(
            sha256(bytes.fromhex(seed)) + bytes.fromhex(population["root"].removeprefix("mth-sha256:"))
            + b"evidence-vault.org/sample/1" + population["count"].to_bytes(8, "little") + record.to_bytes(8, "little"))


    def draw(seed, population, size):
        order = sorted(range(population["count"]), key=lambda record: (ticket(seed, population, record), record))
        return order[:size]


    def proved_line(place, commit):
        line, proof = read(place + ".json"), json.loads(read(place + "-proof.json"))
        demand(proof["treeSize"] == commit["count"], place + " is proved in another tree")
        demand(root(line, proof) == commit["root"], place + " is not under the commit's root")
        return line, json.loads(line), proof["index"]


    def check_trust(manifest):
        names = sorted(f["name"] for f in manifest["files"] if f["name"].startswith("trust/") and f["name"].endswith(".json"))
        before, ids = None, []
        for number, name in enumerate(names, 1):
            data = read(name)
            document = json.loads(data)
            demand(document["number"] == number, name + " has another number")
            demand(document.get("previous") == before, name + " does not follow the document before")
            demand(document.get("vault") == (None if number == 1 else ids[0]), name + " is of another vault")
            before = object_id(data)
            ids.append(before)
        demand(ids and ids[0] == manifest["vault"], "the first trust document is not the vault's id")
        return ids


    def check_commit(place, manifest, ref, trust):
        commit = json.loads(read(place + ".json"))
        demand(commit["vault"] == manifest["vault"] and commit["ref"] == ref, place + " belongs elsewhere")
        demand(commit["trust"] in trust, place + " names a trust document that is not here")
        return commit


    def check_draw(manifest, trust, population, records):
        period = manifest["period"]
        commit = check_commit("draw/commit", manifest, "reviews/" + period, trust)
        _, line, leaf = proved_line("draw/draw", commit)
        demand(line["type"] == "draw", "draw/draw.json is no draw")
        demand(line["population"] == population, "the draw is from another population")
        demand(draw(line["seed"], population, line["size"]) == records, "the records are not those that the seed draws")
        if "extends" in line:
            _, earlier, place = proved_line("draw/extended", commit)
            same = all(earlier[name] == line[name] for name in ("population", "seed"))
            demand(place == line["extends"] and same and earlier["size"] < line["size"], "the draw extends another one")
        print(f"proved: the draw of {line['size']} of {population['count']} by the seed {line['seed']}")
        print(f"proved: the draw is leaf {leaf} of reviews/{period}, in commit {object_id(read('draw/commit.json'))}")


    def check_workpaper(records):
        with open(os.path.join(HERE, "workpaper.csv"), encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        header = ["index", "id", "sha256", "tester", "date", "outcome", "notes"]
        demand(rows and rows[0] == header, "workpaper.csv has another header")
        demand(all(len(row) == len(header) for row in rows), "workpaper.csv has a row of another length")
        demand([int(row[0]) for row in rows[1:]] == records, "workpaper.csv has other records")
        for row in rows[1:]:
            demand(row[2] == sha256(read("records/" + row[0])).hex(), "workpaper.csv has another hash of record " + row[0])


    def check(pinned):
        manifest = json.loads(read("sample.json"))
        demand(pinned in (None, manifest["vault"]), "this is a sample of the vault " + manifest["vault"])
        for file in manifest["files"]:
            data = read(file["name"])
            demand(len(data) == file["size"] and object_id(data) == file["object"], file["name"] + " has other bytes")
        trust = check_trust(manifest)
        commit = check_commit("population/commit", manifest, "periods/" + manifest["period"], trust)
        line, entry, leaf = proved_line("population/entry", commit)
        demand(leaf >= commit["count"] - commit["added"], "the entry is of an earlier commit")
        population = {
            "count": entry["population"]["count"], "hash": "mth-sha256:" + sha256(b"\0" + line).hex(), "leaf": leaf,
            "path": entry["path"], "revision": entry["revision"], "root": entry["population"]["root"]}
        records = []
        for text in read("proofs.ndjson").splitlines():
            proof = json.loads(text)
            data = read("records/%d" % proof["index"])
            demand(proof["object"] == object_id(data), "record %d has other bytes" % proof["index"])
            demand(proof["treeSize"] == population["count"], "a record is proved in another tree")
            demand(root(data, proof) == population["root"], "record %d is not in the population" % proof["index"])
            records.append(proof["index"])
        print(f"proved: {len(records)} records of {population['path']}, a population of {population['count']}")
        print(f"proved: its entry is leaf {leaf} of periods/{manifest['period']}, in commit {object_id(read('population/commit.json'))}")
        if os.path.exists(os.path.join(HERE, "draw", "draw.json")):
            check_draw(manifest, trust, population, records)
        check_workpaper(records)
        print(f"proved: {len(trust)} trust documents from the vault's id on, {manifest['vault']}")
        if pinned is None:
            print("NOT PROVED: nothing vouches for this id. Compare it with one that you obtained elsewhere.")
        print("The signatures are for ssh-keygen; run these in this folder:")
        for s in manifest["signatures"]:
            print(f"  ssh-keygen -Y verify -f allowed_signers -I {s['principal']} -n {s['namespace']} -s {s['file']} < {s['document']}")
        print("Whether these keys may do so is in trust/: roots sign trust documents, signers have roles, periods and paths.")


    if __name__ == "__main__":
        if len(sys.argv) > 2 or any(a.startswith("-") for a in sys.argv[1:]):
            print(__doc__, file=sys.stderr)
            sys.exit(2)
        try:
            check(sys.argv[1] if len(sys.argv) == 2 else None)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on. Python would complain once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(1)
        except (Wrong, OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            print(f"NOT PROVED: {error}", file=sys.stderr)
            sys.exit(1)

    """#
}
