#!/usr/bin/env python3
"""Forges the folder of a sample, and then makes its list, signatures' names and allowed signers fit the lie.

  forge.py FOLDER LIE

The keys are files beside the script: root, root2, collector, approver, auditor, stranger; receipt.json is another commit's.
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys

here = pathlib.Path(sys.argv[0]).resolve().parent
folder = pathlib.Path(sys.argv[1])
receipt_place = "population/receipt.json"


def read(name):
    return (folder / name).read_bytes()


def load(name):
    return json.loads(read(name))


def store(name, value):
    (folder / name).write_bytes(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def object_id(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def namespace(name):
    return ("trust" if name.startswith("trust/") else "commit") + "@evidence-vault.org"


def sign(name, *keys):
    """Signs a document anew, with these keys and no others."""
    place = name.removesuffix(".json")
    for old in folder.glob(place + ".*.sig"):
        old.unlink()
    for number, key in enumerate(keys, 1):
        command = ["ssh-keygen", "-Y", "sign", "-q", "-f", here / key, "-n", namespace(name)]
        made = subprocess.run(command, input=read(name), capture_output=True, check=True).stdout
        (folder / f"{place}.{number}.sig").write_bytes(made)


def public(signature):
    blob = base64.b64decode("".join(read(signature).decode().splitlines()[1:-1]))
    key = blob[14:14 + int.from_bytes(blob[10:14], "big")]
    kind = key[4:4 + int.from_bytes(key[:4], "big")]
    return kind.decode() + " " + base64.b64encode(key).decode()


def fingerprint(key):
    return subprocess.run(["ssh-keygen", "-lf", here / key], capture_output=True, check=True, text=True).stdout.split(" ")[1]


def documents():
    trust = sorted(str(path.relative_to(folder)) for path in folder.glob("trust/*.json"))
    return trust + [name for name in ("population/commit.json", "draw/commit.json") if (folder / name).exists()]


def signers(name):
    if name.startswith("trust/"):
        return []
    trust = next(other for other in documents() if object_id(read(other)) == load(name)["trust"])
    return load(trust).get("signers", [])


def fit():
    """sample.json and allowed_signers as the vault would write them over what lies in the folder now."""
    signatures, allowed = [], []
    for name in documents():
        number = 1
        while (folder / (file := f"{name.removesuffix('.json')}.{number}.sig")).exists():
            principal = next((s["name"] for s in signers(name) if s["key"] == public(file)), "root")
            signatures.append({"document": name, "file": file, "namespace": namespace(name), "principal": principal})
            line = f'{principal} namespaces="{namespace(name)}" {public(file)}\n'
            allowed += [] if line in allowed else [line]
            number += 1
    (folder / "allowed_signers").write_text("".join(allowed))
    manifest = load("sample.json")
    manifest["signatures"] = signatures
    store("sample.json", manifest)


def relist():
    """The sizes and hashes of sample.json."""
    manifest = load("sample.json")
    names = [file["name"] for file in manifest["files"]]
    new = {str(path.relative_to(folder)) for path in folder.glob("*/*.sig")} | set(documents())
    names += sorted(new - set(names))
    manifest["files"] = [
        {"name": name, "object": object_id(read(name)), "size": len(read(name))}
        for name in names if (folder / name).exists()]
    store("sample.json", manifest)


def receipt(change):
    value = load(receipt_place)
    change(value)
    store(receipt_place, value)


def later(value):
    value["leaf"] = value["leaf"].replace('"received":"20', '"received":"19')


def own_log(value):
    """A tree of one leaf, that says what one likes, under a checkpoint of the same name by another key."""
    later(value)
    root = hashlib.sha256(b"\0" + value["leaf"].encode()).digest()
    origin, _, _, received = value["checkpoint"].split("\n")[:4]
    root, signature = base64.b64encode(root).decode(), base64.b64encode(bytes(68)).decode()
    value.update(index=0, checkpoint=f"{origin}\n1\n{root}\n{received}\n\n\u2014 {origin} {signature}\n")
    value.pop("proof", None)


def by_insider(name, key):
    """A commit whose author is a key that the trust knows, for something else."""
    commit = load(name)
    commit["signer"] = fingerprint(key)
    store(name, commit)
    sign(name, key)


def revoke(key):
    """A newer trust document, signed by both root keys, by which a key did not count any more."""
    last = documents()[-3]
    trust = load(last)
    trust.update(number=trust["number"] + 1, previous=object_id(read(last)))
    trust["revocations"] = [{"at": "2020-01-01T00:00:00.000Z", "key": fingerprint(key), "reason": "stolen"}]
    name = f"trust/{trust['number']:06}.json"
    store(name, trust)
    sign(name, "root", "root2")


def sign_all(key):
    for name in documents():
        sign(name, key)


def unlist(manifest, file):
    manifest["signatures"] = [s for s in manifest["signatures"] if s["file"] != file]


def rename(manifest, file, principal):
    next(s for s in manifest["signatures"] if s["file"] == file)["principal"] = principal


def listed(change, *arguments):
    manifest = load("sample.json")
    change(manifest, *arguments)
    store("sample.json", manifest)


def allow(principal):
    key = " ".join((here / "stranger.pub").read_text().split(" ")[:2])
    with (folder / "allowed_signers").open("a") as file:
        file.write(f'{principal} namespaces="commit@evidence-vault.org" {key}\n')


def rename_record():
    """Another id in the first row of the workpaper."""
    place = folder / "workpaper.csv"
    lines = place.read_bytes().split(b"\n")
    cells = lines[1].split(b",")
    cells[1] += b"1"
    lines[1] = b",".join(cells)
    place.write_bytes(b"\n".join(lines))


lies = {
    "nothing": lambda: None,
    "workpaper-id": rename_record,
    "receipt-empty": lambda: store(receipt_place, {}),
    "receipt-time": lambda: receipt(later),
    "receipt-other-commit": lambda: (folder / receipt_place).write_bytes((here / "receipt.json").read_bytes()),
    "receipt-own-log": lambda: receipt(own_log),
    "stranger-signs-all": lambda: sign_all("stranger"),
    "stranger-signs-commit": lambda: sign("population/commit.json", "stranger"),
    "stranger-co-signs": lambda: sign("population/commit.json", "collector", "approver", "stranger"),
    "stranger-signs-draw": lambda: sign("draw/commit.json", "stranger"),
    "stranger-authors-draw": lambda: by_insider("draw/commit.json", "stranger"),
    "stranger-signs-trust": lambda: sign("trust/000004.json", "root", "root2", "stranger"),
    "one-root-signs": lambda: sign("trust/000006.json", "root"),
    "old-root-does-not-sign": lambda: sign("trust/000004.json", "root2"),
    "new-root-does-not-sign": lambda: sign("trust/000004.json", "root"),
    "author-does-not-sign": lambda: sign("population/commit.json", "approver"),
    "approver-does-not-sign": lambda: sign("population/commit.json", "collector"),
    "nobody-signs": lambda: sign("draw/commit.json"),
    "collector-draws": lambda: by_insider("draw/commit.json", "collector"),
    "auditor-collects": lambda: by_insider("population/commit.json", "auditor"),
    "auditor-is-revoked": lambda: revoke("auditor"),
}
# These are about the lists themselves, which are not made to fit then.
lists = {
    "stranger-is-allowed": lambda: allow("collector"),
    "signature-is-not-listed": lambda: listed(unlist, "population/commit.1.sig"),
    "trust-signature-is-not-listed": lambda: listed(unlist, "trust/000001.1.sig"),
    "principal-is-another": lambda: listed(rename, "draw/commit.1.sig", "collector"),
}
lie = sys.argv[2]
if lie in lies:
    lies[lie]()
    fit()
else:
    lists[lie]()
relist()
