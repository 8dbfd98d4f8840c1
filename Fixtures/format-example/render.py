"""Writes the example of docs/format.md from the vault in this folder, which make.sh makes.

Each ```console block holds commands, run here, with what they print; the tests run them again.
"""

import json
import os
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../docs/format.md")
sys.path.insert(0, os.path.join(HERE, "../../Tests/FormatTests"))
import read_vault  # noqa: E402

BEGIN = "<!-- example: written by Fixtures/format-example/render.py -->\n"
END = "<!-- end of the example -->\n"
PERIOD = "soc2-2026-h1"
PACKFILE = f"vault/packs/{PERIOD}/000001.pack"


def read(path):
    with open(os.path.join(HERE, path), "rb") as file:
        return file.read()


def fence(info, text):
    return f"```{info}\n{text.rstrip()}\n```\n"


def console(*commands):
    out = []
    for command in commands:
        done = subprocess.run(["bash", "-ec", "set -o pipefail; " + command], cwd=HERE, capture_output=True, text=True, check=True)
        out.append("$ " + command.replace("\n", "\n> ") + "\n" + done.stdout)
    return fence("console", "".join(out))


def first_block(path, offset):
    """Where the payload of a pack's first block lies in a packfile, its length, and its parts."""
    raw = read(path)
    described, stored = struct.unpack("<II", raw[offset + 24 : offset + 32])
    reader = read_vault.Reader(raw, offset + 40)
    parts = [reader.varint(1 << 30, "") for _ in range(reader.varint(1 << 30, ""))]
    return offset + 40 + described, stored, parts


def extract(path, offset, part):
    """A shell pipeline that prints one part of a pack's first block."""
    at, stored, parts = first_block(path, offset)
    skipped = sum(parts[:part])
    skip = f" | tail -c +{skipped + 1}" if skipped else ""
    keep = f" | head -c {parts[part]}" if part + 1 < len(parts) else ""
    return f"tail -c +{at + 1} {path} | head -c {stored} | zstd -dc{skip}{keep}"


def output(command):
    return subprocess.run(["bash", "-c", command], cwd=HERE, capture_output=True, check=True).stdout


def dump(raw, base, fields):
    """A hexdump with one field a line; a field is its length and what it says."""
    out, at = [], 0
    for length, what in fields:
        piece = raw[at : at + length]
        for start in range(0, length, 16):
            text = piece[start : start + 16].hex(" ")
            out.append(f"{base + at + start:04x} | {text:<47} | {what if start == 0 else ''}".rstrip())
        at += length
    if at != len(raw):
        raise SystemExit(f"the fields have {at} bytes of {len(raw)}")
    return fence(f"hexdump {base}", "\n".join(out))


MADE = """\
vault init vault --bare --key root-a
vault -C vault trust add github-collector --key-file collector.pub --role collect \\
  --period 'soc2-*' --path 'CC*/**' --key root-a
vault -C vault period open soc2-2026-h1 --framework soc2 --from 2026-01-01 --to 2026-07-01 --key root-a
vault -C vault commit --period soc2-2026-h1 --key collector … --as CC6.2/review.txt review.txt
vault -C vault commit --period soc2-2026-h1 --key collector … --kind population --as CC8.1/prs.ndjson prs.ndjson
"""

VERIFY = r"""d=$(mktemp -d); COMMIT > $d/commit
SIGNATURE |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["signature"])' | fold -w 70 |
  sed -e '1i -----BEGIN SSH SIGNATURE-----' -e '$a -----END SSH SIGNATURE-----' > $d/signature
key=$(cut -d ' ' -f 1,2 ../frozen-vault-keys/collector.pub)
echo "collector namespaces=\"commit@evidence-vault.org\" $key" > $d/signers
ssh-keygen -Y verify -f $d/signers -I collector -n commit@evidence-vault.org -s $d/signature < $d/commit
rm -r $d"""

ROOT = r"""python3 -c 'import hashlib, sys
h = lambda b: hashlib.sha256(b).digest()
a, b, c = (h(bytes([0]) + leaf) for leaf in sys.stdin.buffer.read().split(b"\n")[:-1])
print(h(bytes([1]) + h(bytes([1]) + a + b) + c).hex())'"""


def trust_part():
    lines = [json.loads(line) for line in read("vault/refs/trust.log").splitlines()]
    first, second = (extract("vault/packs/@vault/000001.pack", t["packs"][0]["offset"], 0) for t in lines)
    return [
        "A vault with one period, made by these commands from fixed test keys:",
        fence("sh", MADE),
        "It is kept in `Fixtures/format-example`, where the commands below run. Its files, without the derived "
        "`index`:",
        console("cd vault && find . -type f | LC_ALL=C sort | xargs wc -c"),
        "### 1.1 The vault and its trust",
        "`vault.json` is the whole of this line, without a line end:",
        fence("json vault.json", read("vault/vault.json").decode()),
        "The id in it is the SHA-256 of the first trust document. That document and the signature over it are the "
        "two objects\nof the first pack of `packs/@vault`, compressed together in one block. Cut out with common "
        "tools, the document is",
        fence("json trust", output(first).decode()),
        "and hashes to the vault's id:",
        console(first + " | sha256sum"),
        "The second document names a collector, and is signed by the root key as well:",
        fence("json trust", output(second).decode()),
        "`refs/trust.log` names both, with their signatures and packs; `previous` of the second line is the hash "
        "of the first\nwith its line end:",
        fence("reflines trust", read("vault/refs/trust.log").decode()),
        console("head -n 1 vault/refs/trust.log | sha256sum"),
    ]


def period_part(lines):
    opening = extract(PACKFILE, lines[0]["packs"][0]["offset"], 2)
    commit, signature, added = (extract(PACKFILE, lines[1]["packs"][1]["offset"], part) for part in range(3))
    commit3, added3 = (extract(PACKFILE, lines[2]["packs"][1]["offset"], part) for part in (0, 2))
    return [
        "### 1.2 The period",
        "The period's ref file has three lines, one for each commit. The first line's `previous` is the vault's id.",
        fence("reflines commit", read(f"vault/refs/periods/{PERIOD}.log").decode()),
        "The first commit adds one line, the period's opening:",
        fence("json line", output(opening).decode()),
        "The second commit, by the collector, is",
        fence("json commit", output(commit).decode()),
        "Its id is its SHA-256, as the ref line says. `lines` names the object with the added lines:",
        console(commit + " | sha256sum", added + " | sha256sum"),
        "That object is one line with its LF. It says what the evidence is; `object` is what `sha256sum` prints for "
        "the file:",
        fence("json line", output(added).decode()),
        console("sha256sum review.txt"),
        "The signature is a third object of the same block:",
        fence("json signature", output(signature).decode()),
        "OpenSSH verifies it once it is unpacked:",
        console(VERIFY.replace("COMMIT", commit).replace("SIGNATURE |", signature + " |")),
        "The third commit adds the entry of a population:",
        fence("json line", output(added3).decode()),
        "Each line of the period is a leaf of one Merkle tree. From the three lines alone comes the root that the "
        "third commit\nsigns:",
        console(f"( {opening}; {added}; {added3} ) |\n  {ROOT}"),
        fence("json commit", output(commit3).decode()),
    ]


def pack_part(lines):
    evidence, log = lines[1]["packs"]
    pack = read(PACKFILE)[evidence["offset"] : evidence["offset"] + evidence["length"]]
    size = len(read("review.txt"))
    _, stored, parts = first_block(PACKFILE, log["offset"])
    return [
        "### 1.3 A pack",
        f"The evidence of the second commit is a pack of {len(pack)} bytes at offset {evidence['offset']} of the "
        "packfile. The ref\nline names it by its hash:",
        console(f"tail -c +{evidence['offset'] + 1} {PACKFILE} | head -c {evidence['length']} | sha256sum"),
        "Field by field, with offsets in the packfile:",
        dump(pack, evidence["offset"], [
            (8, "pack header: VAULTPK1"), (8, "kind 1, evidence; seven zero bytes"),
            (4, "block header: VBLK"), (1, "codec 0, raw"), (1, "flags: none"), (2, "zero"),
            (4, "bytes of the descriptor: 2"), (4, f"bytes of the payload: {size}"), (4, f"raw length: {size}"),
            (4, "CRC-32 of the 20 bytes before, the descriptor and the payload"),
            (1, "descriptor: one part"), (1, f"of {size} bytes"), (size, "payload: the object as it is"),
            (4, "footer: VFTR"), (1, "one block"), (1, f"of {26 + size} bytes"), (1, f"raw length {size}"),
            (1, "one object begins in it"), (1, "one object"), (32, "its id"), (1, f"its length, {size}"),
            (4, "CRC-32 of the footer so far"), (4, "bytes of the footer: 54"), (4, "VEND"),
        ]),
        "The log pack behind it holds the commit, its signature and its lines in one zstd block. It begins",
        dump(read(PACKFILE)[log["offset"] : log["offset"] + 47], log["offset"], [
            (8, "pack header: VAULTPK1"), (8, "kind 2, log"), (4, "block header: VBLK"), (1, "codec 1, zstd"),
            (1, "flags: none"), (2, "zero"), (4, "bytes of the descriptor: 7"),
            (4, f"bytes of the payload: {stored}"), (4, f"raw length: {sum(parts)}"), (4, "CRC-32"),
            (1, "descriptor: three parts"), *[(2, f"of {part} bytes, as a varint") for part in parts],
        ]),
    ]


def population_part(lines):
    start = lines[2]["packs"][0]["offset"]
    at, stored, _ = first_block(PACKFILE, start)
    table = extract(PACKFILE, at + stored - 16, 0)
    return [
        "### 1.4 A population",
        "`prs.ndjson` has three records. Its entry above gives their number and root. A leaf is a record without "
        "its LF:",
        console(f"cat prs.ndjson | {ROOT}"),
        "Its record table is an object of its own, the entry's `table`. Here it has one frame of three records, "
        "whose compact\nrange is two hashes: that of the first two records, and the leaf of the third.",
        dump(output(table), 0, [
            (8, "VRECTAB1"), (8, "3 records"), (8, "105 bytes"), (8, "1 frame"), (8, "first record 0"),
            (8, "at byte 0"), (8, "first hash 0"), (32, "node of leaves 0 and 1"), (32, "leaf 2"),
        ]),
        console(table + " | sha256sum"),
    ]


def main():
    lines = [json.loads(line) for line in read(f"vault/refs/periods/{PERIOD}.log").splitlines()]
    blocks = trust_part() + period_part(lines) + pack_part(lines) + population_part(lines)
    page = "\n\n".join(block.rstrip("\n") for block in blocks)
    with open(PAGE, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{page}\n\n{END}{rest.split(END)[1]}")


main()
