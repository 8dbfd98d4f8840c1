extension VerifyProgram {
  /// What checks the sample itself, and what the script prints.
  static let sample = #"""
    def ticket(seed, population, record):
        """docs/format.md, 16.1."""
        return sha256(
            sha256(bytes.fromhex(seed)) + bytes.fromhex(population["root"].removeprefix("mth-sha256:"))
            + b"evidence-vault.org/sample/1" + population["count"].to_bytes(8, "little") + record.to_bytes(8, "little"))


    def draw(seed, population, size):
        order = sorted(range(population["count"]), key=lambda record: (ticket(seed, population, record), record))
        return order[:size]


    class Number(str):
        """A number by its own text."""


    def member_pairs(pairs):
        demand(len({name for name, _ in pairs}) == len(pairs), "a member that comes twice")
        return dict(pairs)


    def record_id(data, pointer):
        """A record's id as the workpaper has it; None where it has none, or where JSON readers may differ over it."""
        if pointer is None:
            return ""
        try:
            value = json.loads(data.decode(), object_pairs_hook=member_pairs, parse_int=Number, parse_float=Number)
            for name in pointer.split("/")[1:]:
                value = value[name.replace("~1", "/").replace("~0", "~")]
            text = value if isinstance(value, str) else json.dumps(value)
            return text if len(text.encode()) <= 256 and not isinstance(value, (dict, list)) else None
        except (Wrong, ValueError, LookupError, TypeError, RecursionError):
            return None


    def check_population(folder, signed):
        """The population, as a draw names it, and where its records have their id."""
        data, entry, leaf = folder.proved_line("population/entry", signed.commit)
        demand(entry["type"] == "entry" and "population" in entry, "population/entry.json is no population's entry")
        signed.demand_new(leaf, "population/entry")
        signed.demand_role("collect", entry["path"])
        if entry["revision"] > 1:
            signed.demand_second_approver()
        return {
            "count": entry["population"]["count"], "hash": "mth-sha256:" + sha256(b"\0" + data).hex(), "leaf": leaf,
            "path": entry["path"], "revision": entry["revision"], "root": entry["population"]["root"],
        }, entry["population"].get("idField")


    def check_records(folder, population, id_field):
        """The records in their order, with their SHA-256 and their ids."""
        lines, records = folder.read("proofs.ndjson"), {}
        demand(lines.endswith(b"\n"), "proofs.ndjson proves nothing, or does not end")
        for text in lines[:-1].split(b"\n"):
            proof = parse_proof(text, "proofs.ndjson")
            record = proof["index"]
            demand(record not in records, f"record {record} is proved twice")
            data = folder.read(f"records/{record}")
            demand(proof["object"] == object_id(data), f"record {record} has other bytes")
            demand(proof["treeSize"] == population["count"], "a record is proved in another tree")
            demand(root(data, proof) == population["root"], f"record {record} is not in the population")
            records[record] = sha256(data).hex(), record_id(data, id_field)
        return records


    def check_draw(folder, signed, population, records):
        _, line, leaf = folder.proved_line("draw/draw", signed.commit)
        demand(line["type"] == "draw", "draw/draw.json is no draw")
        signed.demand_new(leaf, "draw/draw")
        signed.demand_role("audit")
        demand(line["population"] == population, "the draw is from another population")
        demand(draw(line["seed"], population, line["size"]) == records, "the records are not those that the seed draws")
        if "extends" in line:
            _, earlier, place = folder.proved_line("draw/extended", signed.commit)
            same = all(earlier[name] == line[name] for name in ("type", "population", "seed"))
            demand(place == line["extends"] and same and earlier["size"] < line["size"], "the draw extends another one")
        return [
            f"proved: the draw of {line['size']} of {population['count']} by the seed {line['seed']}",
            f"proved: the draw is leaf {leaf} of {signed.commit['ref']}, in commit {signed.id}, by {signed.name}"]


    def check_workpaper(records):
        with open(os.path.join(HERE, "workpaper.csv"), encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        header = ["index", "id", "sha256", "tester", "date", "outcome", "notes"]
        demand(rows and rows[0] == header, "workpaper.csv has another header")
        demand(all(len(row) == len(header) for row in rows), "workpaper.csv has a row of another length")
        demand([int(row[0]) for row in rows[1:]] == list(records), "workpaper.csv has other records")
        for row in rows[1:]:
            hashed, known = records[int(row[0])]
            demand(row[2] == hashed, "workpaper.csv has another hash of record " + row[0])
            # A quote mark keeps spreadsheets from taking what follows for a formula.
            cell = row[1][1:] if row[1][:1] == "'" and row[1][1:2] in tuple("=+-@\t\r'") else row[1]
            demand(known in (None, cell), "workpaper.csv has another id of record " + row[0])


    def check(folder, pinned):
        """What is proved, line by line, and the key of the log whose receipt is there."""
        vault, period = folder.manifest["vault"], folder.manifest["period"]
        demand(pinned in (None, vault), "this is a sample of the vault " + vault)
        signatures = Signatures(folder)
        chain = trust_chain(folder, signatures)
        signed = SignedCommit(folder, signatures, chain, "population/commit", "periods/" + period)
        population, id_field = check_population(folder, signed)
        records = check_records(folder, population, id_field)
        proved = [
            f"proved: {len(records)} records of {population['path']}, a population of {population['count']}",
            f"proved: its entry is leaf {population['leaf']} of periods/{period}, in commit {signed.id}, by {signed.name}"]
        key = None
        if folder.has("draw/draw.json"):
            made = SignedCommit(folder, signatures, chain, "draw/commit", "reviews/" + period)
            proved += check_draw(folder, made, population, list(records))
        if folder.has("population/receipt.json"):
            line, key = check_receipt(folder, signed, list(chain.values())[-1])
            proved.append(line)
        signatures.check()
        check_workpaper(records)
        # Nothing rests on these two, but what the list says of them holds too.
        for name in ("README", "verify.py"):
            folder.read(name)
        demand(not folder.unused, "sample.json lists what proves nothing: " + ", ".join(sorted(folder.unused)))
        proved.append(f"proved: {len(chain)} trust documents from the vault's id on, {vault}")
        return proved, key


    def report(folder, pinned, proved, key):
        for line in proved:
            print(printable(line))
        if pinned is None:
            print("NOT PROVED: nothing vouches for this id. Compare it with one that you obtained elsewhere.")
        print("All this holds if the signatures do. They are for ssh-keygen; run these in this folder, each must say Good:")
        for s in folder.manifest["signatures"]:
            who = f"-f allowed_signers -I {s['principal']} -n {s['namespace']}"
            print(f"  ssh-keygen -Y verify {who} -s {s['file']} < {s['document']}")
        if key is not None:
            print("The log's signature is that of the checkpoint in population/receipt.json. 'vault sample verify' checks it, and")
            print("so does any tool for C2SP signed notes. The log's key is")
            print("  " + printable(key))
        print("Whether a key was revoked later than the newest trust document here, this folder cannot know.")


    if __name__ == "__main__":
        if len(sys.argv) > 2 or any(a.startswith("-") for a in sys.argv[1:]):
            print(__doc__, file=sys.stderr)
            sys.exit(2)
        try:
            pinned = sys.argv[1] if len(sys.argv) == 2 else None
            folder = Folder()
            report(folder, pinned, *check(folder, pinned))
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on. Python would complain once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(1)
        except (Wrong, OSError, csv.Error) as error:
            print(printable(f"NOT PROVED: {error}"), file=sys.stderr)
            sys.exit(1)
        except Exception as error:
            # A file that says something of another form than it must.
            print(printable(f"NOT PROVED: a file is malformed, {type(error).__name__}: {error}"), file=sys.stderr)
            sys.exit(1)
    """#
}
