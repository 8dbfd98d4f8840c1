#!/usr/bin/env python3
"""Makes what the fuzzer begins with: a folder of inputs for each door, and the remote that its sessions speak to.

    seeds.py VAULT DIR

The inputs are the vaults and the evidence of Fixtures, the examples of docs, and recorded sessions of the program.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(HERE)
PERIOD = "soc2-2026"


def keep(folder, number, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "%04d" % number), "wb") as file:
        file.write(data)


def keep_all(folder, inputs):
    for number, data in enumerate(dict.fromkeys(inputs)):
        keep(folder, number, data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def examples():
    """The lines of the docs that are JSON objects."""
    for path in sorted(glob.glob(os.path.join(PROJECT, "docs", "*.md"))):
        for line in read(path).splitlines():
            if line.startswith(b'{"'):
                yield line


def ref_lines(root):
    for path in sorted(glob.glob(os.path.join(root, "refs", "**", "*.log"), recursive=True)):
        for line in read(path).splitlines():
            if line.startswith(b"{"):
                yield os.path.basename(path)[:-4], line


def packs(root):
    """Each pack of a vault by itself."""
    for ref, line in ref_lines(root):
        folder = os.path.join(root, "packs", ref if ref != "trust" else "@vault")
        try:
            places = json.loads(line)["packs"]
        except ValueError:  # A torn line, which some of these vaults have.
            continue
        for place in places:
            path = os.path.join(folder, "%06d.pack" % place["file"])
            if os.path.exists(path):
                yield read(path)[place["offset"]:place["offset"] + place["length"]]


def escaped(match):
    return bytes([0x1b, match[0][0] ^ 0x40])


class Recorder:
    """A vault, its remote, and what a client says to that."""

    def __init__(self, vault, folder):
        self.vault, self.folder = vault, folder
        self.said = os.path.join(folder, "said")
        self.remote = os.path.join(folder, "srv", "vault")
        self.ssh = os.path.join(folder, "ssh")
        with open(self.ssh, "w") as file:
            file.write('#!/bin/sh\nexec tee "%s" | "%s" serve --root "%s" --as fuzz --allow push --allow fetch\n'
                       % (self.said, vault, os.path.dirname(self.remote)))
        os.chmod(self.ssh, 0o755)

    def run(self, *arguments):
        command = [self.vault, "-q"] + list(arguments)
        subprocess.run(command, cwd=self.folder, check=True, env=dict(os.environ, VAULT_SSH=self.ssh))

    def session(self, *arguments):
        """What is said meanwhile, in the lines that the door takes."""
        self.run(*arguments)
        data = read(self.said)
        at = data.index(b"\n") + 1
        lines = []
        while at < len(data):
            length, kind = int.from_bytes(data[at:at + 4], "little"), data[at + 4]
            payload = data[at + 8:at + 8 + length]
            if kind:
                lines.append(b"\x02" + re.sub(rb"[\n\x1b]", escaped, payload) if kind == 2 else payload)
            at += 8 + length
        return b"\n".join(lines)

    def make(self):
        for name in ("root", "collector"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", os.path.join(self.folder, name)], check=True)
        self.run("init", "ev", "--key", "root")
        self.run("-C", "ev", "trust", "add", "collector", "--key-file", "collector.pub", "--role", "collect", "--key", "root")
        self.run("-C", "ev", "period", "open", PERIOD, "--framework", "soc2", "--from", "2026-01-01", "--to", "2027-01-01", "--key", "root")
        self.run("init", "--bare", self.remote, "--from", "ev")
        self.run("-C", "ev", "trust", "log", "add", "origin", "--log-key", self.remote + "/log.pub", "--key", "root")
        self.run("-C", "ev", "remote", "add", "origin", "host:vault")
        self.commit("one")
        first = self.session("-C", "ev", "push")
        served = os.path.join(self.folder, "served")
        shutil.copytree(self.remote, served)
        self.commit("two")
        sessions = [first, self.session("-C", "ev", "push"),
                    self.session("clone", "host:vault", "copy", "--period", PERIOD), self.session("-C", "copy", "fetch")]
        self.run("-C", "copy", "receipt", "export", "receipts")
        return served, sessions

    def commit(self, name):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write('{"name":"%s"}\n' % name)
        self.run("-C", "ev", "commit", "--period", PERIOD, "--key", "collector", "--control", "CC6.1", "--source", "fuzz",
                 "--collected", "2026-03-01T00:00:00Z", "--as", "CC6.1/" + name, path)


def main():
    vault, out = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    work = os.path.join(out, "work")
    os.makedirs(work)
    recorder = Recorder(vault, work)
    served, sessions = recorder.make()
    os.rename(served, os.path.join(out, "served"))
    roots = [os.path.dirname(path) for path in glob.glob(os.path.join(PROJECT, "Fixtures", "**", "vault.json"), recursive=True)]
    lines = [line for root in roots for _, line in ref_lines(root)]
    documents = list(examples()) + lines
    for session in sessions:
        documents += [line for line in session.split(b"\n") if line.startswith(b"{")]
    keep_all(os.path.join(out, "documents"), documents)
    keep_all(os.path.join(out, "packs"), [pack for root in roots for pack in packs(root) if len(pack) < 64 << 10])
    keep_all(os.path.join(out, "session"), sessions)
    evidence = [b"\x03" + read(path)[:4096] for path in sorted(glob.glob(os.path.join(PROJECT, "Fixtures", "cloudtrail", "*")))]
    pulls = sorted(glob.glob(os.path.join(PROJECT, "Fixtures", "pull-requests", "*")))
    evidence += [b"\x05" + read(path)[:4096] for path in pulls if os.path.isfile(path)]
    evidence += [b'\x02id,a\n"1","x ""y"""\r\n2,\n', b'\x01[{"id":1,"a":{"b":2}},{"id":"\\ud83d\\ude00","a":{"b":-1.5e3}}]\n']
    keep_all(os.path.join(out, "records"), evidence)
    notes = [read(path) for path in glob.glob(os.path.join(work, "copy", "receipts", "**", "*"), recursive=True)
             + glob.glob(os.path.join(work, "receipts", "**", "*"), recursive=True)
             + glob.glob(os.path.join(out, "served", "log*", "*")) + glob.glob(os.path.join(work, "*.pub")) if os.path.isfile(path)]
    notes += re.findall(rb"-----BEGIN SSH SIGNATURE-----.*?-----END SSH SIGNATURE-----\n", b"".join(
        read(path) for path in glob.glob(os.path.join(PROJECT, "docs", "*.md"))), re.S)
    keep_all(os.path.join(out, "notes"), [note for note in notes if len(note) < 16 << 10])


if __name__ == "__main__":
    main()
