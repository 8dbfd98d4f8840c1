"""Writes the example of a receipt in docs/protocol.md: of a remote that takes the vault in this folder.

Usage: render_receipt.py VAULT_BINARY FOLDER_WITH_KEYS. The remote and its log's key are made for it, and gone after it.
"""

import base64
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../docs/protocol.md")
BEGIN = "<!-- example: written by Fixtures/format-example/render_receipt.py -->\n"
END = "<!-- end of the example -->\n"

VERIFY = '''\
import base64, hashlib

sha256 = lambda data: hashlib.sha256(data).digest()
name, _, key = open("log.pub").read().strip().split("+", 2)
head, note = open("commit.tlog-proof", "rb").read().split(b"\\n\\n", 1)
heading, extra, index, *path = head.decode().split("\\n")
text, signatures = note.rsplit(b"\\n\\n", 1)
origin, size, root, received = (text + b"\\n").decode().splitlines()
assert heading == "c2sp.org/tlog-proof@v1" and origin == name
leaf = base64.b64decode(extra.removeprefix("extra "))
at, last = int(index.removeprefix("index ")), int(size) - 1
place, node = at, sha256(b"\\0" + leaf)
for other in map(base64.b64decode, path):  # RFC 9162, 2.1.3.2
    assert last > 0
    if place % 2 or place == last:
        node = sha256(b"\\1" + other + node)
        while place % 2 == 0 and place: place, last = place // 2, last // 2
    else:
        node = sha256(b"\\1" + node + other)
    place, last = place // 2, last // 2
assert last == 0 and node == base64.b64decode(root)
print(f"leaf {at} of {size}, {received}")

signed = next(line.split(" ")[2] for line in signatures.decode().splitlines() if line.split(" ")[1] == name)
key, signature = base64.b64decode(key), base64.b64decode(signed)
assert signature[:4] == sha256(name.encode() + b"\\n" + key)[:4]
open("key.der", "wb").write(bytes.fromhex("302a300506032b6570032100") + key[1:])
open("text", "wb").write(text + b"\\n")
open("signature", "wb").write(signature[4:])
'''
OPENSSL = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile signature"


def fence(info, text):
    return f"```{info}\n{text.rstrip()}\n```"


def made(vault, keys, work):
    """The log's key and the receipt of the newest commit, from a remote that got the vault."""
    def run(*arguments):
        subprocess.run([vault, "--quiet", *arguments], cwd=work, check=True)

    shutil.copytree(os.path.join(HERE, "vault"), os.path.join(work, "ev"))
    run("init", "--bare", "remote", "--from", "ev")
    run("-C", "ev", "trust", "log", "add", "origin", "--log-key", "remote/log.pub", "--key", os.path.join(keys, "root-a"))
    run("-C", "ev", "remote", "add", "origin", "remote")
    run("-C", "ev", "push")
    run("-C", "ev", "receipt", "export", "out", "soc2-2026-h1:3")
    out = os.path.join(work, "out/origin")
    with open(os.path.join(out, "log.pub")) as file:
        key = file.read()
    with open(os.path.join(out, "periods.soc2-2026-h1.3.tlog-proof")) as file:
        return key, file.read()


def main():
    vault, keys = map(os.path.realpath, sys.argv[1:])
    with tempfile.TemporaryDirectory() as work:
        key, proof = made(vault, keys, work)
        for name, text in (("log.pub", key), ("commit.tlog-proof", proof)):
            with open(os.path.join(work, name), "w") as file:
                file.write(text)
        printed = subprocess.run(["python3", "-c", VERIFY], cwd=work, check=True, capture_output=True, text=True).stdout
        verified = subprocess.run(OPENSSL.split(), cwd=work, check=True, capture_output=True, text=True).stdout
    leaf = base64.b64decode(proof.split("\n")[1].removeprefix("extra ")).decode()
    blocks = [
        "A remote took the vault of the format's example (format §1). `log.pub`, the key of its log, is this line:",
        fence("log-key", key),
        "and this, byte for byte and ended by LF, is the receipt of the example's third commit, as `vault receipt export`\n"
        "writes it:",
        fence("tlog-proof", proof),
        "The leaf, out of `extra`, names the commit with the root that it signs:",
        fence("leaf", leaf),
        "It is proved without any of the vault's own programs, in Python, with the two files in its folder,",
        fence("python tlog-proof", VERIFY),
        "which prints",
        fence("printed", printed),
        "and by openssl, over the files that this wrote:",
        fence("console", f"$ {OPENSSL}\n{verified}"),
    ]
    with open(PAGE, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n" + "\n\n".join(blocks) + f"\n\n{END}{rest.split(END)[1]}")


main()
