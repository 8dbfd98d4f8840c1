#!/usr/bin/env python3
"""Reads and proves an evidence vault: a second implementation of docs/format.md, sharing no code with the first.

Needs Python 3.9 or later and nothing outside its standard library, `ssh-keygen` for signatures, and `zstd` for
blocks of that codec. The paragraphs named in comments are those of docs/format.md.

  read_vault.py VAULT                    prove everything, print a summary
  read_vault.py VAULT --json             the same as JSON
  read_vault.py VAULT --pin sha256:...   and demand this vault id
  read_vault.py VAULT --cat PERIOD:PATH  write a piece of evidence, its newest revision
  read_vault.py VAULT --object ID        write any object

Exit codes: 0 proved, 1 refused, 2 wrong usage, 4 a tool is missing.
"""

import argparse
import base64
import csv
import datetime
import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zlib

MAX_INTEGER = 2**53 - 1
MIB = 1 << 20


class Refused(Exception):
    """The bytes break a rule of the format."""


class ToolMissing(Exception):
    """A program that is needed is not installed."""


def demand(truth, what):
    if not truth:
        raise Refused(what)


def tool(name, package):
    path = shutil.which(name)
    if path is None:
        raise ToolMissing(f"{name} is not installed (Debian package {package})")
    return path


# 4. Canonical JSON


def canonical(raw, what, limit=MIB):
    """The value that exactly these bytes encode."""
    demand(len(raw) <= limit, f"{what}: {len(raw)} bytes are too many")

    def pairs(items):
        out = dict(items)
        demand(len(out) == len(items), f"{what}: a member occurs twice")
        demand(all(name.isascii() for name in out), f"{what}: a member's name is not ASCII")
        return out

    def no(text):
        raise Refused(f"{what}: {text} is no number of the format")

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, parse_float=no, parse_constant=no)
        check_value(value, 0, what)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what}: {error}") from None
    demand(again == raw, f"{what}: not in canonical form")
    return value


def check_value(value, depth, what):
    demand(depth < 16, f"{what}: nested too deep")
    if isinstance(value, dict):
        for item in value.values():
            check_value(item, depth + 1, what)
    elif isinstance(value, list):
        for item in value:
            check_value(item, depth + 1, what)
    elif isinstance(value, bool) or isinstance(value, str):
        pass
    else:
        demand(type(value) is int and 0 <= value <= MAX_INTEGER, f"{what}: {value!r} is no value of the format")


NOTHING = object()


class Members:
    """Takes the members of one object; finish() refuses what nobody took."""

    def __init__(self, value, what):
        demand(type(value) is dict, f"{what} is not an object")
        self.left = dict(value)
        self.what = what

    def bad(self, name, why):
        return Refused(f"{self.what}: {name} {why}")

    def has(self, name):
        return name in self.left

    def take(self, name, default=NOTHING):
        if name in self.left:
            return self.left.pop(name)
        if default is NOTHING:
            raise self.bad(name, "is missing")
        return default

    def text(self, name, limit=4096, optional=False, empty=False):
        value = self.take(name, None if optional else NOTHING)
        if value is None:
            return None
        if type(value) is not str or len(value.encode()) > limit or not (value or empty):
            raise self.bad(name, f"is no text of at most {limit} bytes")
        return value

    def exactly(self, name, value):
        if self.take(name) != value:
            raise self.bad(name, f"is not {value!r}")

    def integer(self, name, low=0, high=MAX_INTEGER, default=NOTHING):
        if default is not NOTHING and name not in self.left:
            return default
        value = self.take(name)
        if type(value) is not int or not low <= value <= high:
            raise self.bad(name, f"is no integer from {low} to {high}")
        return value

    def time(self, name, optional=False):
        value = self.take(name, None if optional else NOTHING)
        return None if value is None else milliseconds(value, f"{self.what}: {name}")

    def id(self, name, prefix="sha256:", optional=False):
        value = self.take(name, None if optional else NOTHING)
        return None if value is None else digest(value, prefix, f"{self.what}: {name}")

    def list(self, name, limit, optional=False, empty=False):
        value = self.take(name, None if optional else NOTHING)
        if value is None:
            return []
        if type(value) is not list or len(value) > limit or (optional and not value and not empty):
            raise self.bad(name, f"is no list of at most {limit}")
        return value

    def texts(self, name, limit, optional=False):
        out = self.list(name, limit, optional)
        if not all(type(item) is str and 1 <= len(item.encode()) <= 4096 for item in out) or len(set(out)) != len(out):
            raise self.bad(name, "has an element that is no text, or one twice")
        return out

    def object(self, name, optional=False):
        if optional and name not in self.left:
            return None
        return Members(self.take(name), f"{self.what}.{name}")

    def finish(self):
        if self.left:
            raise self.bad(sorted(self.left)[0], "is unknown")


# 5. Times

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z", re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1)


def milliseconds(text, what):
    match = TIME.fullmatch(text) if type(text) is str else None
    demand(match is not None, f"{what} is no time")
    year, month, day, hour, minute, second, fraction = map(int, match.groups())
    demand(year >= 1970, f"{what} is before 1970")
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise Refused(f"{what} is no time") from None
    return (moment - EPOCH) // datetime.timedelta(milliseconds=1) + fraction


# 6. Ids and Merkle hashes


def sha256(*parts):
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def digest(text, prefix, what):
    good = type(text) is str and re.fullmatch(re.escape(prefix) + "[0-9a-f]{64}", text)
    demand(good, f"{what} is no {prefix} id")
    return bytes.fromhex(text[len(prefix) :])


def leaf(entry):
    return sha256(b"\0", entry)


def node(left, right):
    return sha256(b"\1", left, right)


def levels(begin, end):
    """The levels of a compact range's subtrees."""
    out = []
    at = begin
    while at < end:
        level = 0
        while at % (2 << level) == 0 and at + (2 << level) <= end:
            level += 1
        out.append(level)
        at += 1 << level
    return out


class Range:
    """A compact range."""

    def __init__(self, begin=0):
        self.begin = self.end = begin
        self.hashes = []

    def append(self, value, level=0):
        at = self.end
        self.end += 1 << level
        while (at >> level) & 1 and at - (1 << level) >= self.begin and self.hashes:
            value = node(self.hashes.pop(), value)
            at -= 1 << level
            level += 1
        self.hashes.append(value)

    def root(self):
        if not self.hashes:
            return sha256(b"")
        value = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            value = node(left, value)
        return value


# 9. Paths and globs

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]")
PERIOD = re.compile("[a-z0-9][a-z0-9.-]{0,63}")


def folded(path):
    lowered = "".join(c.lower() for c in unicodedata.normalize("NFD", path))
    return unicodedata.normalize("NFD", lowered).encode()


def check_path(path):
    segments = path.encode().split(b"/")
    key = folded(path)
    good = (
        1 <= len(path.encode()) <= 1024
        and not FORBIDDEN.search(path)
        and all(1 <= len(s) <= 255 and s not in (b".", b"..") for s in segments)
        and not {b".vault", b".git"} & set(key.split(b"/"))
    )
    demand(good, f"{path!r} is no path")
    return key


def check_glob(glob):
    raw = glob.encode()
    good = 1 <= len(raw) <= 1024 and all(b >= 0x20 and b != 0x7F for b in raw)
    good = good and all(s and (s == b"**" or b"**" not in s) for s in raw.split(b"/"))
    demand(good, f"{glob!r} is no glob")
    return glob


def matches(glob, text):
    parts, segments = glob.encode().split(b"/"), text.encode().split(b"/")
    reach = {0}
    for part in parts:
        if part == b"**":
            reach = set(range(min(reach), len(segments) + 1)) if reach else set()
            continue
        pattern = re.compile(b".*".join(re.escape(piece) for piece in part.split(b"*")), re.DOTALL)
        reach = {j + 1 for j in reach if j < len(segments) and pattern.fullmatch(segments[j])}
    return len(segments) in reach


# 8. Keys and signatures

KEY_TYPES = {
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
}


class Wire:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, count):
        demand(count <= len(self.raw) - self.at, "an SSH field runs past its end")
        self.at += count
        return self.raw[self.at - count : self.at]

    def string(self):
        return self.take(struct.unpack(">I", self.take(4))[0])

    def finish(self):
        demand(self.at == len(self.raw), "bytes follow an SSH field")


def strict_base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("not base64") from None
    demand(base64.b64encode(raw).decode() == text, "base64 that is not canonical")
    return raw


def check_key_blob(blob):
    demand(len(blob) <= 8192, "a key is too long")
    wire = Wire(blob)
    kind = wire.string().decode("ascii", "replace")
    demand(kind in KEY_TYPES, f"keys of type {kind} are not accepted")
    if kind == "ssh-rsa":
        wire.string()
        modulus = wire.string()
        demand(int.from_bytes(modulus, "big").bit_length() >= 3072, "an RSA key is too short")
    elif "ecdsa" in kind:
        wire.string(), wire.string()
    else:
        wire.string()
    if kind.startswith("sk-"):
        wire.string()
    wire.finish()
    return kind


def parse_key(line):
    words = line.split(" ")
    demand(len(words) == 2, "a key is its type and its base64")
    blob = strict_base64(words[1])
    demand(check_key_blob(blob) == words[0], "a key's type is not its blob's")
    return blob


def check_verifier_key(text, what):
    """NAME+HASH+BASE64; that the 32 bytes are a point of the curve is left to who verifies with them."""
    parts = text.split("+", 2)
    demand(len(parts) == 3 and re.fullmatch(r"[!-~]{1,255}", parts[0]), f"{what}: a log's key")
    raw = strict_base64(parts[2])
    demand(len(raw) == 33 and raw[0] == 1, f"{what}: a log's key is not Ed25519")
    demand(parts[1] == sha256(parts[0].encode() + b"\n" + raw)[:4].hex(), f"{what}: the hash of a log's key")


def fingerprint(blob):
    return "SHA256:" + base64.b64encode(sha256(blob)).decode().rstrip("=")


def verify_signature(raw, document, namespace, what):
    """The key of the signature document `raw`, which must be valid for the bytes `document`."""
    m = Members(canonical(raw, what, 16384), what)
    m.exactly("type", "signature")
    m.exactly("format", "sshsig")
    m.exactly("namespace", namespace)
    demand(m.id("object") == sha256(document), f"{what} is over another object")
    m.integer("version", 1, 1)
    blob = strict_base64(m.text("signature", 16384))
    m.finish()
    demand(len(blob) <= 16384, f"{what} is too long")
    wire = Wire(blob)
    demand(wire.take(6) == b"SSHSIG" and wire.take(4) == b"\0\0\0\1", f"{what} is no SSHSIG of version 1")
    key = wire.string()
    kind = check_key_blob(key)
    demand(wire.string() == namespace.encode(), f"{what} has another namespace inside")
    demand(wire.string() == b"", f"{what} uses its reserved field")
    demand(wire.string() in (b"sha256", b"sha512"), f"{what} has another hash")
    algorithm = Wire(wire.string()).string().decode("ascii", "replace")
    wire.finish()
    allowed = ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
    demand(algorithm in allowed, f"{what} has the algorithm {algorithm}")

    armor = base64.b64encode(blob).decode()
    lines = [armor[i : i + 70] for i in range(0, len(armor), 70)]
    with tempfile.TemporaryDirectory() as folder:
        signature, signers = os.path.join(folder, "sig"), os.path.join(folder, "signers")
        with open(signature, "w") as file:
            file.write("\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]))
        with open(signers, "w") as file:
            file.write(f'signer namespaces="{namespace}" {kind} {base64.b64encode(key).decode()}\n')
        command = [tool("ssh-keygen", "openssh-client"), "-Y", "verify", "-f", signers, "-I", "signer"]
        done = subprocess.run(
            [*command, "-n", namespace, "-s", signature], input=document, capture_output=True, check=False
        )
    demand(done.returncode == 0, f"{what} does not verify")
    return key


# 11. Packs


class Reader:
    """Binary fields one after the other."""

    def __init__(self, raw, at=0):
        self.raw, self.at = raw, at

    def take(self, count):
        demand(count <= len(self.raw) - self.at, "a binary layout ends early")
        self.at += count
        return self.raw[self.at - count : self.at]

    def varint(self, limit, what):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                demand(byte or shift == 7, f"{what}: a number is not in its shortest form")
                demand(value < 1 << 63 and value <= limit, f"{what} {value} is over {limit}")
                return value
            demand(shift < 63, f"{what}: a number is too long")

    def finish(self, what):
        demand(self.at == len(self.raw), f"{what} has bytes left over")


RAW, ZSTD, ZLIB = 0, 1, 2
DELTA, CONTINUES, UNFINISHED = 1, 2, 4


class Block:
    def __init__(self, pack, at, what):
        head = pack[at : at + 24]
        demand(len(head) == 24 and head[:4] == b"VBLK", f"{what}: no block")
        self.codec, self.flags, zero, described, stored, self.raw_length, crc = struct.unpack("<BBHIIII", head[4:])
        demand(self.codec <= 2 and self.flags < 8 and zero == 0, f"{what}: unknown codec or flags")
        demand(described <= MIB and stored <= self.raw_length <= 16 * MIB, f"{what}: lengths over their limits")
        demand(self.codec != RAW or stored == self.raw_length, f"{what}: raw with two lengths")
        demand(not self.flags & DELTA or self.codec == ZSTD, f"{what}: a delta that is not zstd")
        self.length = 24 + described + stored
        body = pack[at + 24 : at + self.length]
        demand(len(body) == described + stored, f"{what}: a block ends early")
        demand(zlib.crc32(body, zlib.crc32(head[:20])) == crc, f"{what}: CRC")
        self.payload = body[described:]
        self.what = what
        reader = Reader(body[:described])
        self.parts = [reader.varint(16 * MIB, "part") for _ in range(reader.varint(16384, "number of parts"))]
        demand(self.parts and sum(self.parts) == self.raw_length, f"{what}: parts do not fill the block")
        if self.flags & (CONTINUES | UNFINISHED):
            demand(len(self.parts) == 1 and self.raw_length > 0, f"{what}: a run shares its block")
        self.bases = []
        if self.flags & DELTA:
            for _ in range(reader.varint(4096, "number of bases")):
                base = (reader.take(32), reader.varint(1 << 40, "base offset"), reader.varint(16 * MIB, "base length"))
                demand(base[2] > 0, f"{what}: an empty base")
                self.bases.append(base)
            total = sum(length for _, _, length in self.bases)
            demand(self.bases and total <= 16 * MIB, f"{what}: bases over their limits")
        reader.finish(f"{what}: descriptor")

    def decode(self, prefix=None):
        if self.codec == RAW:
            return self.payload
        if self.codec == ZLIB:
            stream = zlib.decompressobj()
            try:
                out = stream.decompress(self.payload, self.raw_length + 1)
            except zlib.error as error:
                raise Refused(f"{self.what}: {error}") from None
            demand(stream.eof and not stream.unused_data, f"{self.what}: not exactly one zlib stream")
        else:
            out = unzstd(self.payload, prefix, self.raw_length, self.what)
        demand(len(out) == self.raw_length, f"{self.what}: decodes to another length")
        return out


def check_frame(raw, what):
    """Demands exactly one Zstandard frame without a dictionary id (RFC 8878, 3.1.1)."""
    reader = Reader(raw)
    demand(reader.take(4) == b"\x28\xb5\x2f\xfd", f"{what}: no Zstandard frame")
    descriptor = reader.take(1)[0]
    single, checksum = descriptor >> 5 & 1, descriptor >> 2 & 1
    demand(descriptor & 0b1011 == 0, f"{what}: a frame with a dictionary or reserved bit")
    reader.take((0 if single else 1) + ((1 if single else 0), 2, 4, 8)[descriptor >> 6])
    last = 0
    while not last:
        head = int.from_bytes(reader.take(3), "little")
        last, kind, size = head & 1, head >> 1 & 3, head >> 3
        demand(kind != 3, f"{what}: a reserved frame block")
        reader.take(1 if kind == 1 else size)
    reader.take(4 * checksum)
    reader.finish(f"{what}: frame")


def unzstd(payload, prefix, length, what):
    check_frame(payload, what)
    command = [tool("zstd", "zstd"), "-d", "-c", "-q", "--memory=64MB"]
    with tempfile.TemporaryDirectory() as folder:
        if prefix is not None:
            base = os.path.join(folder, "base")
            with open(base, "wb") as file:
                file.write(prefix)
            command.append("--patch-from=" + base)
        source = os.path.join(folder, "frame.zst")
        with open(source, "wb") as file:
            file.write(payload)
        with subprocess.Popen([*command, source], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            out = child.stdout.read(length + 1)
            if len(out) > length:
                child.kill()
            errors = child.stderr.read()
    demand(len(out) == length and child.returncode == 0, f"{what}: zstd: {errors.decode(errors='replace').strip()}")
    return out


def read_footer(pack, what):
    """Blocks (length, raw length, starts) and objects (id, length) of a whole pack."""
    demand(len(pack) > 28 and pack[:8] == b"VAULTPK1", f"{what}: no pack")
    demand(pack[8] in (1, 2) and not any(pack[9:16]), f"{what}: a pack of unknown kind")
    crc, length = struct.unpack("<II", pack[-12:-4])
    demand(pack[-4:] == b"VEND" and 16 < length <= min(256 * MIB, len(pack) - 16), f"{what}: no footer")
    body = pack[-length:-12]
    demand(body[:4] == b"VFTR" and zlib.crc32(body) == crc, f"{what}: footer CRC")
    reader = Reader(body, 4)
    blocks, objects = [], []
    for _ in range(reader.varint(len(body) // 3, "number of blocks")):
        blocks.append(
            (reader.varint(18 * MIB, "block length"), reader.varint(16 * MIB, "raw length"), reader.varint(16384, "starts"))
        )
    for _ in range(reader.varint(len(body) // 33, "number of objects")):
        objects.append((reader.take(32), reader.varint(1 << 40, "object length")))
    reader.finish(f"{what}: footer")
    demand(16 + sum(b[0] for b in blocks) + length == len(pack), f"{what}: blocks do not fill the pack")
    return blocks, objects


class Store:
    """The objects of one ref, each decoded once and hashed when its pack is added."""

    def __init__(self, folder):
        self.folder = folder
        # By id: (file, first block's offset, ordinal) of each copy.
        self.places = {}
        self.blocks = {}
        # The block after one that is unfinished, and some decoded blocks.
        self.following = {}
        self.cache = {}

    def path(self, file):
        return os.path.join(self.folder, f"{file:06d}.pack")

    def region(self, file, offset, length):
        with open_regular(self.path(file)) as source:
            source.seek(offset)
            raw = source.read(length)
        demand(len(raw) == length, f"{self.path(file)} ends early")
        return raw

    def add(self, name, file, offset, length):
        what = f"pack {name.hex()[:12]}"
        pack = self.region(file, offset, length)
        demand(sha256(pack) == name, f"{what}: other bytes")
        blocks, objects = read_footer(pack, what)
        at, index, open_run, added = 16, 0, None, []
        for block_length, raw_length, starts in blocks:
            where = f"{what} at {at}"
            block = Block(pack, at, where)
            demand((block.length, block.raw_length) == (block_length, raw_length), f"{where}: the footer differs")
            continues, unfinished = block.flags & CONTINUES, block.flags & UNFINISHED
            demand(bool(continues) == (open_run is not None), f"{where}: a run is broken")
            demand(starts == (0 if continues else len(block.parts)), f"{where}: the footer differs")
            key = (file, offset + at)
            self.blocks[key] = block
            if continues:
                open_run[1] += raw_length
            else:
                for ordinal, part in enumerate(block.parts):
                    demand(index < len(objects), f"{what}: too few objects")
                    self.places.setdefault(objects[index][0], []).append((*key, ordinal))
                    added.append((objects[index][0], (*key, ordinal)))
                    if not unfinished:
                        demand(part == objects[index][1], f"{where}: an object's length differs")
                    index += 1
                open_run = [objects[index - 1][1], raw_length] if unfinished else None
            if open_run is not None and not unfinished:
                demand(open_run[0] == open_run[1], f"{where}: an object's length differs")
                open_run = None
            at += block.length
            if unfinished:
                self.following[key] = (file, offset + at)
        demand(index == len(objects) and open_run is None, f"{what}: objects and blocks do not fit")
        for identity, place in added:
            hasher = hashlib.sha256()
            for piece in self.pieces(place):
                hasher.update(piece)
            demand(hasher.digest() == identity, f"{what}: an object hashes to another id")
        return [identity for identity, _ in added]

    def pieces(self, place):
        """The object's bytes block by block."""
        key, ordinal = (place[0], place[1]), place[2]
        while True:
            block = self.blocks[key]
            raw = self.decoded(key)
            start = sum(block.parts[:ordinal])
            yield raw[start : start + block.parts[ordinal]]
            if not block.flags & UNFINISHED:
                return
            key, ordinal = self.following[key], 0

    def decoded(self, key):
        block = self.blocks[key]
        if key not in self.cache:
            prefix = None
            if block.flags & DELTA:
                found = [self.base(*base, block.what) for base in block.bases]
                prefix = b"".join(raw for raw, _ in found)
                touched = [base_key for _, keys in found for base_key in keys]
                work = sum(self.blocks[k].raw_length for k, last in zip(touched, [None, *touched]) if k != last)
                demand(work <= 256 * MIB, f"{block.what}: its bases take too much decoding")
            raw = block.decode(prefix)
            while self.cache and sum(map(len, self.cache.values())) + len(raw) > 64 * MIB:
                del self.cache[next(iter(self.cache))]
            self.cache[key] = raw
        return self.cache[key]

    def base(self, identity, offset, length, what):
        """A range of an object, and the blocks that it touches."""
        failure = Refused(f"{what}: a base is not in this ref")
        for place in self.places.get(identity, []):
            try:
                return self.range(place, offset, length, what)
            except Refused as error:
                failure = error
        raise failure

    def range(self, place, offset, length, what):
        key, ordinal, at, out, touched = (place[0], place[1]), place[2], 0, b"", []
        while len(out) < length:
            block = self.blocks[key]
            part = block.parts[ordinal]
            if at + part > offset:
                demand(not block.flags & DELTA, f"{block.what}: a delta's base is itself a delta")
                raw = self.decoded(key)
                start = sum(block.parts[:ordinal])
                low, high = max(offset - at, 0), min(offset + length - at, part)
                out += raw[start + low : start + high]
                touched.append(key)
            at += part
            if not block.flags & UNFINISHED:
                break
            key, ordinal = self.following[key], 0
        demand(len(out) == length, f"{what}: a base is shorter than its range")
        return out, touched

    def read(self, identity, what):
        demand(identity in self.places, f"{what}: object {identity.hex()} is not in the ref's packs")
        out = b"".join(self.pieces(self.places[identity][0]))
        demand(sha256(out) == identity, f"{what}: other bytes")
        return out


def open_regular(path):
    try:
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


# 13. Ref files


def read_ref(path, kind, first_previous):
    """The lines of a ref file, checked against each other, and whether unfinished bytes follow them."""
    with open_regular(path) as file:
        raw = file.read()
    pieces = raw.split(b"\n")
    previous, torn, out = first_previous, [], []
    for piece in pieces[:-1]:
        if piece.endswith(b"~"):
            torn.append((sha256(piece[:-1]), len(piece) - 1))
            continue
        if b"\0" in piece:
            torn.append((sha256(piece), len(piece)))
            continue
        what = f"{path}, line {len(out) + 1}"
        m = Members(canonical(piece, what, 65536), what)
        line = {"document": m.id(kind), "previous": m.id("previous", optional=True)}
        line["sequence"] = m.integer("sequence", 1)
        line["signatures"] = [digest(t, "sha256:", what) for t in m.list("signatures", 64, empty=True)]
        line["packs"] = [location(item, "pack", what) for item in m.list("packs", 64, True)]
        line["residue"] = [location(item, "bytes", what) for item in m.list("residue", 64, True)]
        found = []
        for item in m.list("torn", 256, True):
            t = Members(item, what)
            found.append((t.id("bytes"), t.integer("length")))
            t.finish()
        m.finish()
        demand(found == torn, f"{what} does not tell of the torn lines before it")
        demand(line["previous"] == previous, f"{what} does not follow the line before")
        demand(line["sequence"] == len(out) + 1, f"{what} has another sequence")
        previous, torn = sha256(piece, b"\n"), []
        out.append(line)
    return out, bool(torn or pieces[-1])


def location(value, name, what):
    m = Members(value, what)
    out = (m.id(name), m.integer("file", 1, 999999), m.integer("offset"), m.integer("length"))
    m.finish()
    demand(out[2] + out[3] <= MAX_INTEGER, f"{what}: a location ends beyond 2^53")
    return out


class Folder:
    """What the lines of all refs say of one folder of packfiles."""

    def __init__(self, path):
        self.path = path
        self.told = {}

    def tell(self, line):
        for _, file, offset, length in line["packs"] + line["residue"]:
            self.told.setdefault(file, []).append((offset, offset + length))

    def check(self):
        """Every byte told of once; returns the packfiles with unfinished bytes at their ends."""
        unfinished = []
        names = [n for n in os.listdir(self.path) if re.fullmatch(r"\d{6}\.pack", n)]
        demand(set(self.told) <= {int(n[:6]) for n in names}, f"{self.path}: a packfile is missing")
        for name in sorted(names):
            end = 0
            for start, stop in sorted(self.told.get(int(name[:6]), [])):
                demand(start == end, f"{self.path}/{name}: bytes at {end} are told of twice or never")
                end = stop
            size = os.path.getsize(os.path.join(self.path, name))
            demand(end <= size, f"{self.path}/{name} ends early")
            if end < size:
                unfinished.append(name)
        return unfinished


# 7.2 and 10. Trust

ROLES = ("collect", "manage", "approve", "audit")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class Trust:
    def __init__(self, raw, what):
        self.id = sha256(raw)
        m = Members(canonical(raw, what), what)
        m.exactly("type", "trust")
        demand(m.integer("format", 1) == 1, f"{what}: a newer format")
        demand(not m.texts("features", 64, True), f"{what}: a feature that is not known")
        self.number = m.integer("number", 1)
        nonce = m.text("nonce", 64, optional=True)
        self.previous = m.id("previous", optional=True)
        self.vault = m.id("vault", optional=True)
        first = self.number == 1
        demand([first, not first, not first] == [v is not None for v in (nonce, self.previous, self.vault)], f"{what}: number")
        demand(nonce is None or re.fullmatch("[0-9a-f]{64}", nonce), f"{what}: nonce")
        self.time = m.time("time")
        roots = m.object("roots")
        keys = [parse_key(k) for k in roots.texts("keys", 64)]
        self.roots, self.threshold = set(keys), roots.integer("threshold", 1, 64)
        roots.finish()
        demand(len(self.roots) == len(keys) >= self.threshold, f"{what}: roots")
        self.revocations = []
        for item in m.list("revocations", 4096, True):
            r = Members(item, what)
            self.revocations.append((r.text("key", 128), r.time("at"), r.text("reason")))
            r.finish()
            demand(re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", self.revocations[-1][0]), f"{what}: a revoked key")
        self.signers = [self.signer(item, what) for item in m.list("signers", 1024, True)]
        demand(len({s["name"] for s in self.signers}) == len(self.signers), f"{what}: a name occurs twice")
        self.logs = [self.log(item, what) for item in m.list("logs", 16, True)]
        for member in zip(*self.logs):
            demand(len(set(member)) == len(member), f"{what}: a log occurs twice")
        m.finish()

    @staticmethod
    def log(item, what):
        m = Members(item, what)
        name, key = m.text("name", 64), m.text("key", 309)
        m.finish()
        demand(NAME.fullmatch(name), f"{what}: a log's name")
        check_verifier_key(key, what)
        return name, key

    @staticmethod
    def signer(item, what):
        s = Members(item, what)
        out = {"name": s.text("name", 64), "key": parse_key(s.text("key", 8192))}
        demand(NAME.fullmatch(out["name"]), f"{what}: a signer's name")
        out["roles"] = s.list("roles", 16, empty=True)
        demand(all(r in ROLES for r in out["roles"]) and len(set(out["roles"])) == len(out["roles"]), f"{what}: roles")
        for name in ("periods", "paths"):
            out[name] = [check_glob(g) for g in s.texts(name, 256, True)]
        out["from"], out["until"] = s.time("validFrom", True), s.time("validUntil", True)
        s.finish()
        return out


class Chain:
    def __init__(self):
        self.documents = []
        self.by_id = {}

    def append(self, raw, identity, signatures, what):
        trust = Trust(raw, what)
        demand(trust.id == identity, f"{what}: other bytes")
        before = self.documents[-1] if self.documents else None
        expected = (1, None, None) if before is None else (before.number + 1, before.id, self.documents[0].id)
        demand((trust.number, trust.previous, trust.vault) == expected, f"{what} does not follow the one before")
        keys = {verify_signature(s, raw, "trust@evidence-vault.org", what) for s in signatures}
        revoked = {key for key, _, _ in before.revocations} if before else set()
        good = {key for key in keys if fingerprint(key) not in revoked}
        for document in (before or trust, trust):
            demand(len(good & document.roots) >= document.threshold, f"{what}: too few root keys signed")
        if before:
            demand(all(r in trust.revocations for r in before.revocations), f"{what} drops a revocation")
        self.documents.append(trust)
        self.by_id[trust.id] = trust

    def revoked(self, key, time):
        return any(k == fingerprint(key) and at <= time for k, at, _ in self.documents[-1].revocations)

    def counts(self, signer, time):
        if signer["from"] is not None and time < signer["from"]:
            return False
        if signer["until"] is not None and time >= signer["until"]:
            return False
        return not self.revoked(signer["key"], time)


# 7.4 and 7.5. Commits and lines


def read_commit(raw, what):
    m = Members(canonical(raw, what), what)
    m.exactly("type", "commit")
    m.integer("version", 1, 1)
    out = {
        "added": m.integer("added", 1, 50000),
        "checkpoint": m.id("checkpoint", optional=True),
        "count": m.integer("count", 1),
        "lines": m.id("lines"),
        "message": m.text("message", empty=True),
        "parent": m.id("parent", optional=True),
        "ref": m.text("ref"),
        "root": m.id("root", "mth-sha256:"),
        "sequence": m.integer("sequence", 1),
        "signer": m.text("signer", 128),
        "time": m.time("time"),
        "trust": m.id("trust"),
        "vault": m.id("vault"),
    }
    m.finish()
    return out


def period_name(text, what):
    demand(type(text) is str and PERIOD.fullmatch(text), f"{what}: {text!r} is no period name")
    return text


def read_open(value, what):
    m = Members(value, what)
    m.exactly("type", "open")
    out = {
        "period": period_name(m.text("period", 64), what),
        "framework": m.text("framework", 64),
        "from": m.time("from"),
        "to": m.time("to"),
        "grace": m.integer("graceDays", 1, 3660, 0),
        "approvers": m.integer("approvers", 1, 64, 2),
        "systems": m.texts("systems", 1024, True),
        "predecessor": None,
    }
    demand(value.get("approvers") != 2, f"{what}: two approvers are left out")
    before = m.object("predecessor", True)
    if before:
        out["predecessor"] = (period_name(before.text("period", 64), what), before.id("commit"))
        before.finish()
    m.finish()
    demand(out["from"] < out["to"], f"{what}: the window is empty")
    return out


def read_entry(value, what):
    m = Members(value, what)
    m.exactly("type", "entry")
    out = {
        "collected": m.time("collected"),
        "concerns": m.text("concerns", 64, optional=True),
        "kind": m.text("kind", 32),
        "late": m.text("late", optional=True),
        "mediaType": m.text("mediaType", 255),
        "object": m.id("object"),
        "path": m.text("path", 1024),
        "revision": m.integer("revision", 1),
        "series": m.text("series", 255, optional=True),
        "size": m.integer("size", 0, 1 << 40),
        "controls": m.texts("controls", 64, True),
        "population": None,
        "supersedes": None,
    }
    out["folded"] = check_path(out["path"])
    demand(out["concerns"] is None or PERIOD.fullmatch(out["concerns"]), f"{what}: concerns")
    context = m.take("context", None)
    if context is not None:
        demand(type(context) is dict and 1 <= len(context) <= 64, f"{what}: context")
        for name, text in context.items():
            good = re.fullmatch("[A-Za-z0-9._-]{1,64}", name) and type(text) is str and len(text.encode()) <= 4096
            demand(good, f"{what}: context")
    window = m.object("effective")
    out["effective"] = (window.time("from"), window.time("to"))
    window.finish()
    demand(out["effective"][0] <= out["effective"][1], f"{what}: effective")
    source = m.object("source")
    source.text("system", 255)
    source.text("query", optional=True), source.text("collector", 255, True), source.text("version", 255, True)
    source.finish()
    demand(out["kind"] in ("document", "population"), f"{what}: kind")
    demand((out["kind"] == "population") == m.has("population"), f"{what}: population")
    if m.has("population"):
        out["population"] = read_population(m.object("population"), what)
    demand((out["revision"] > 1) == m.has("supersedes"), f"{what}: supersedes")
    if m.has("supersedes"):
        s = m.object("supersedes")
        out["supersedes"] = (s.integer("leaf"), s.id("hash", "mth-sha256:"))
        s.text("reason")
        s.finish()
    m.finish()
    return out


def read_population(m, what):
    out = {"count": m.integer("count"), "root": m.id("root", "mth-sha256:"), "table": m.id("table")}
    m.exactly("leaf", "plain")
    read_completeness(m, out, what)
    for name in ("idField", "sequenceField", "timeField"):
        pointer = m.text(name, 1024, optional=True)
        demand(pointer is None or re.fullmatch("(/([^~/]|~[01])*)+", pointer, re.DOTALL), f"{what}: {name}")
    source = m.object("source", True)
    if source:
        source.integer("count")
        grade = source.text("grade", 32)
        demand(grade in ("asserted", "captured", "second-signer", "source-signed"), f"{what}: grade")
        source.finish()
    m.finish()
    return out


def read_completeness(m, out, what):
    allowed = []
    for value in m.list("allowances", 64, True):
        a = Members(value, f"{what}: an allowance")
        allowed.append(a.text("finding", 64))
        a.text("reason")
        a.finish()
    found = []
    for value in m.list("findings", 64, True):
        f = Members(value, f"{what}: a finding")
        f.integer("count", 1)
        found.append(f.text("name", 64))
        f.finish()
    demand(len(set(allowed)) == len(allowed), f"{what}: a finding is allowed twice")
    demand(found == sorted(set(found)), f"{what}: findings are out of order")
    demand(all(re.fullmatch("[a-z][a-z-]{0,63}", name) for name in allowed + found), f"{what}: a finding's name")
    m.text("incomplete", optional=True)
    cut = m.object("cut", True)
    out["cut"] = None
    if cut:
        out["cut"] = (cut.text("format", 32), cut.id("object"))
        demand(out["cut"][0] in ("json-array", "json-records", "csv"), f"{what}: cut")
        cut.finish()


def cut_json(text):
    """The elements of a JSON array, without white space outside strings."""
    out, element, depth, quoted, escaped = [], bytearray(), 0, False, False
    for byte in text:
        char = chr(byte)
        if quoted:
            element.append(byte)
            quoted = escaped or char != '"'
            escaped = not escaped and char == "\\"
        elif char in " \t\r\n":
            continue
        elif char == "," and depth == 0:
            out.append(bytes(element))
            element = bytearray()
        else:
            depth += (char in "[{") - (char in "]}")
            quoted = char == '"'
            element.append(byte)
    return out + [bytes(element)] if element else out


def cut_records(raw, form):
    """Section 15.2: what is cut from a file."""
    if form == "csv":
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
        rows = [row or [""] for row in rows]
        found = [
            json.dumps(dict(zip(rows[0], row)), ensure_ascii=False, separators=(",", ":")).encode() for row in rows[1:]
        ]
    else:
        json.loads(raw)
        text = raw.strip()
        if form == "json-records":
            text = text[1:-1].strip()[len('"Records"') :].strip()[1:].strip()
        found = cut_json(text.strip()[1:-1])
    return b"".join(record + b"\n" for record in found)


def read_repudiation(value, what):
    m = Members(value, what)
    m.exactly("type", "repudiate")
    out = {"commit": m.id("commit"), "reason": m.text("reason"), "sequence": m.integer("sequence", 2)}
    m.finish()
    return out


def admits(period, entry):
    start, end = entry["effective"]
    if entry["concerns"] is not None:
        return entry["concerns"] != period["period"]
    if entry["late"] is not None:
        return True
    if start < end:
        return period["from"] <= start and end <= period["to"]
    if period["from"] <= start < period["to"]:
        return True
    grace_end = period["to"] + period["grace"] * 86400000
    return start == entry["collected"] and period["from"] <= start < grace_end


# 14. Periods

CADENCES = ("daily", "weekly", "monthly", "quarterly", "once")


def read_expectation(value, what):
    m = Members(value, what)
    m.exactly("type", "expect")
    demand(m.text("cadence", 32) in CADENCES, f"{what}: cadence")
    m.text("collector", 255, True), m.text("owner", 255, True), m.text("query", optional=True)
    m.texts("controls", 64, True)
    start, end = m.time("from", True), m.time("to", True)
    demand(start is None or end is None or start < end, f"{what}: an empty part of the window")
    out = {"series": m.text("series", 255), "system": m.text("system", 255), "reason": m.text("reason", optional=True)}
    out["withdrawn"] = m.take("withdrawn", False)
    demand(out["withdrawn"] is True or "withdrawn" not in value, f"{what}: withdrawn")
    demand(not out["withdrawn"] or out["reason"], f"{what}: a series is withdrawn without a reason")
    m.finish()
    return out


def read_waiver(value, what):
    m = Members(value, what)
    m.exactly("type", "waive")
    out = {"finding": m.text("finding"), "reason": m.text("reason")}
    demand(re.fullmatch("[a-z][a-z-]{0,63}:.+", out["finding"], re.DOTALL), f"{what}: finding")
    m.finish()
    return out


def read_close(value, what):
    m = Members(value, what)
    m.exactly("type", "close")
    m.text("reason", optional=True)
    m.finish()


def read_seal_line(value, what):
    m = Members(value, what)
    m.exactly("type", "seal")
    out = {"document": m.id("document"), "signer": m.text("signer", 128), "signature": m.text("signature", 16384)}
    m.finish()
    return out


def ascending(m, name, limit):
    out = m.list(name, limit, True)
    good = all(type(i) is int and 0 <= i <= MAX_INTEGER for i in out) and out == sorted(set(out))
    demand(good, f"{m.what}: {name}")
    return out


def read_seal(raw, what):
    m = Members(canonical(raw, what, 16 * MIB), what)
    m.exactly("type", "seal")
    m.integer("version", 1, 1)
    out = {
        "vault": m.id("vault"),
        "period": period_name(m.text("period", 64), what),
        "place": (m.id("commit"), m.integer("count", 1), m.id("root", "mth-sha256:")),
        "trust": m.id("trust"),
        "predecessor": None,
        "reviews": None,
        "contents": {
            "from": m.time("from"),
            "to": m.time("to"),
            "documents": m.integer("documents"),
            "expectations": m.integer("expectations"),
            "repudiated": ascending(m, "repudiated", 262144),
            "superseded": ascending(m, "superseded", 262144),
            "waivers": ascending(m, "waivers", 65536),
        },
    }
    m.time("time")
    out["contents"]["populations"] = [
        read_population_reference(Members(item, what), what) for item in m.list("populations", 65536, True)
    ]
    out["reconciliations"] = []
    for item in m.list("reconciliations", 65536, True):
        r = Members(item, what)
        out["reconciliations"].append((r.integer("leaf"), r.id("hash", "mth-sha256:"), r.integer("open")))
        r.finish()
    before = m.object("predecessor", True)
    if before:
        out["predecessor"] = (period_name(before.text("period", 64), what), before.id("seal"))
        before.finish()
    reviews = m.object("reviews", True)
    if reviews:
        out["reviews"] = (reviews.id("commit"), reviews.integer("count", 1), reviews.id("root", "mth-sha256:"))
        reviews.finish()
    m.finish()
    return out


def read_population_reference(m, what):
    out = (m.integer("leaf"), m.id("hash", "mth-sha256:"), m.text("path", 1024), m.integer("revision", 1))
    out += (m.integer("count"), m.id("root", "mth-sha256:"))
    m.finish()
    return out


# 15. Populations


def records(raw):
    out = raw.split(b"\n")
    if out[-1] == b"":
        out.pop()
    return out


def check_population(population, raw, table, what):
    found = records(raw)
    demand(all(len(r) <= 8 * MIB for r in found), f"{what}: a record is too long")
    leaves = [leaf(r) for r in found]
    whole = Range()
    for value in leaves:
        whole.append(value)
    demand(len(found) == population["count"], f"{what} has {len(found)} records")
    demand(whole.root() == population["root"], f"{what}: the records have another root")
    reader = Reader(table)
    demand(reader.take(8) == b"VRECTAB1", f"{what}: no record table")
    count, length, frames = struct.unpack("<QQQ", reader.take(24))
    demand((count, length) == (len(found), len(raw)), f"{what}: the record table is another's")
    demand(frames <= count and (frames == 0) == (count == 0), f"{what}: the record table's frames")
    rows = [struct.unpack("<QQQ", reader.take(24)) for _ in range(frames)]
    starts = [0]
    for record in found:
        starts.append(starts[-1] + len(record) + 1)
    hashes = 0
    for index, (first, offset, first_hash) in enumerate(rows):
        end = rows[index + 1][0] if index + 1 < frames else count
        demand((first == 0) == (index == 0) and first < end <= count, f"{what}: frames out of order")
        demand(offset == starts[first] and first_hash == hashes, f"{what}: a frame points elsewhere")
        part = Range(first)
        for value in leaves[first:end]:
            part.append(value)
        demand([reader.take(32) for _ in levels(first, end)] == part.hashes, f"{what}: a frame's hashes")
        hashes += len(part.hashes)
    reader.finish(f"{what}: record table")


# 16. What a reader checks


class Ref:
    """One period, proved from its first line to its tip."""

    def __init__(self, vault, name):
        self.vault, self.name = vault, period_name(name, "refs/periods")
        self.ref = f"periods/{name}"
        self.store = Store(os.path.join(vault.root, "packs", name))
        self.folder = Folder(self.store.folder)
        self.tree = Range()
        self.leaves, self.entries, self.paths, self.keys = [], [], {}, {}
        self.opening, self.parent, self.parent_id, self.first = None, None, None, None
        self.commits, self.repudiated, self.objections = [], {}, []
        self.state, self.run, self.seals = "open", None, []
        self.expected, self.waivers = {}, []
        path = os.path.join(vault.root, "refs", "periods", name + ".log")
        lines, self.unfinished = read_ref(path, "commit", vault.id)
        for line in lines:
            self.commit(line)
        for sequence, what in self.objections:
            demand(sequence in self.repudiated, what)
        reviews = os.path.join(vault.root, "refs", "reviews", name + ".log")
        self.reviews = Reviews(self, reviews) if os.path.lexists(reviews) else None
        self.unnamed = self.folder.check()

    def commit(self, line):
        what = f"{self.ref}, commit {line['sequence']}"
        self.folder.tell(line)
        for identity, file, offset, length in line["residue"]:
            demand(sha256(self.store.region(file, offset, length)) == identity, f"{what}: residue has other bytes")
        own = set()
        for location in line["packs"]:
            own |= set(self.store.add(*location))
        demand({line["document"], *line["signatures"]} <= own, f"{what} is not in its own packs")
        raw = self.store.read(line["document"], what)
        commit = read_commit(raw, what)
        demand(commit["lines"] in own, f"{what}: its lines are not in its own packs")
        parent, count = self.parent, self.tree.end
        expected = (self.vault.id, self.ref, line["sequence"], self.parent_id, count + commit["added"])
        found = tuple(commit[n] for n in ("vault", "ref", "sequence", "parent", "count"))
        demand(found == expected, f"{what} does not belong here")
        keys = set()
        for identity in line["signatures"]:
            signature = self.store.read(identity, what)
            keys.add(verify_signature(signature, raw, "commit@evidence-vault.org", what))
        holders = self.authorize(commit, keys, what)
        demand(parent is None or self.trust_number(commit) >= self.trust_number(parent), f"{what}: trust goes back")

        blob = self.store.read(commit["lines"], what)
        demand(len(blob) <= 16 * MIB and blob.endswith(b"\n"), f"{what}: its lines have no end")
        added = blob[:-1].split(b"\n")
        demand(len(added) == commit["added"], f"{what} adds {len(added)} lines")
        self.base = (self.parent_id, self.tree.end, self.tree.root())
        types = []
        for raw_line in added:
            types.append(self.line(raw_line, commit, holders))
            self.base = None
        alone = "repudiate" not in types or set(types) == {"repudiate"}
        demand(alone, f"{what}: a commit that repudiates adds nothing else")
        self.commits.append((line["document"], "entry" in types))
        demand(self.tree.root() == commit["root"], f"{what}: the lines have another root")
        self.parent, self.parent_id = commit, line["document"]
        self.first = self.first or line["document"]

    def unless_repudiated(self, truth, commit, what):
        """What weighs only where the commit counts, which shows when all lines are read."""
        if not truth:
            self.objections.append((commit["sequence"], what))

    def trust_number(self, commit):
        return self.vault.chain.by_id[commit["trust"]].number

    def authorize(self, commit, keys, what):
        chain = self.vault.chain
        demand(commit["trust"] in chain.by_id, f"{what}: its trust document is not known")
        trust = chain.by_id[commit["trust"]]
        time = max(commit["time"], trust.time)
        author = next((key for key in keys if fingerprint(key) == commit["signer"]), None)
        demand(author is not None, f"{what}: no signature of its author")
        self.unless_repudiated(not chain.revoked(author, time), commit, f"{what}: its author's key is revoked")
        is_root = author in trust.roots
        known = trust.roots | {s["key"] for s in trust.signers}
        self.unless_repudiated(keys <= known, commit, f"{what}: a signer is not in its trust document")
        valid = [
            s
            for s in trust.signers
            if s["key"] in keys and chain.counts(s, time) and any(matches(g, self.name) for g in s["periods"])
        ]
        may = is_root or any(s["key"] == author for s in valid)
        self.unless_repudiated(may, commit, f"{what}: its author may not write here")
        return author, is_root, valid

    def line(self, raw, commit, holders):
        index = self.tree.end
        what = f"{self.ref}, leaf {index}"
        value = canonical(raw, what, 65536)
        demand(type(value) is dict and "type" in value, f"{what} has no type")
        author, is_root, valid = holders
        mine = [s for s in valid if s["key"] == author]
        demand((value["type"] == "open") == (index == 0), f"{what}: the opening is the first line and only that")
        if value["type"] == "open":
            self.opening = read_open(value, what)
            demand(self.opening["period"] == self.name, f"{what} opens another period")
            demand(is_root or any("manage" in s["roles"] for s in mine), f"{what}: its author may not open periods")
        elif value["type"] == "repudiate":
            demand(any("approve" in s["roles"] for s in mine), f"{what}: its author may not repudiate")
            self.repudiate(read_repudiation(value, what), what)
        elif value["type"] == "expect":
            demand(is_root or any("manage" in s["roles"] for s in mine), f"{what}: its author may not expect")
            expectation = read_expectation(value, what)
            amends = expectation["series"] in self.expected
            demand(not amends or expectation["reason"], f"{what} amends without a reason")
            self.expected[expectation["series"]] = expectation
        elif value["type"] == "waive":
            demand(any("approve" in s["roles"] for s in mine), f"{what}: its author may not waive")
            self.waivers.append((index, read_waiver(value, what)))
        elif value["type"] == "close":
            demand(any("manage" in s["roles"] for s in mine), f"{what}: its author may not close")
            read_close(value, what)
        elif value["type"] == "seal":
            self.seal(read_seal_line(value, what), valid, what)
        else:
            entry = read_entry(value, what)
            may = [s for s in mine if "collect" in s["roles"] and any(matches(g, entry["path"]) for g in s["paths"])]
            self.unless_repudiated(may, commit, f"{what}: its author may not write at {entry['path']!r}")
            before = self.paths.get(entry["path"])
            self.check_place(entry, before, what)
            if entry["population"] and entry["revision"] > 1:
                second = any(s["key"] != author and "approve" in s["roles"] for s in valid)
                self.unless_repudiated(second, commit, f"{what}: superseding a population takes an approver")
            self.unless_repudiated(admits(self.opening, entry), commit, f"{what}: the period does not admit it")
            entry["leaf"], entry["commit"] = index, commit["sequence"]
            self.check_object(entry, what)
            self.paths[entry["path"]] = entry
            self.entries.append(entry)
        kind = value["type"]
        self.advance(kind, what)
        value = leaf(raw)
        self.leaves.append(value)
        self.tree.append(value)
        return kind

    def advance(self, kind, what):
        """The state behind a line of a kind, which must be one that the period takes."""
        if self.state != "open":
            takes = ("waive", "repudiate", "seal") if self.state == "closed" else ()
            demand(kind in takes, f"{what}: the period is {self.state}")
        if kind == "seal":
            if len(self.run[2]) >= self.opening["approvers"]:
                self.state = "sealed"
        else:
            self.run = None
            if kind == "close":
                self.state = "closed"

    def seal(self, line, valid, what):
        demand(self.state == "closed", f"{what}: a seal in a period that is {self.state}")
        may = any(fingerprint(s["key"]) == line["signer"] and "approve" in s["roles"] for s in valid)
        demand(may, f"{what}: its key may not seal")
        if self.run is None or self.run[0] != line["document"]:
            demand(self.base is not None, f"{what}: a seal that is not the first line of its commit")
            self.run = (line["document"], self.base, [])
        _, base, signers = self.run
        demand(line["signer"] not in signers, f"{what}: the key has signed already")
        raw = self.store.read(line["document"], what)
        signature = {
            "format": "sshsig",
            "namespace": "seal@evidence-vault.org",
            "object": "sha256:" + line["document"].hex(),
            "signature": line["signature"],
            "type": "signature",
            "version": 1,
        }
        text = json.dumps(signature, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        key = verify_signature(text, raw, "seal@evidence-vault.org", what)
        demand(fingerprint(key) == line["signer"], f"{what}: another key signed")
        if not signers:
            seal = read_seal(raw, what)
            demand((seal["vault"], seal["period"]) == (self.vault.id, self.name), f"{what} seals something else")
            demand(seal["place"] == base, f"{what} seals other lines")
            demand(seal["trust"] in self.vault.chain.by_id, f"{what}: its trust document is not known")
            demand(seal["contents"] == self.contents(), f"{what} is not what the lines say")
            self.seals.append((line["document"], seal, what))
        signers.append(line["signer"])

    def contents(self):
        """What a seal document says of the lines so far."""
        standing = {}
        for entry in self.entries:
            if entry["commit"] not in self.repudiated:
                standing[entry["path"]] = entry
        found = sorted(standing.values(), key=lambda e: e["leaf"])
        return {
            "from": self.opening["from"],
            "to": self.opening["to"],
            "documents": sum(e["kind"] == "document" for e in found),
            "expectations": sum(not e["withdrawn"] for e in self.expected.values()),
            "repudiated": sorted(self.repudiated),
            "superseded": sorted(e["supersedes"][0] for e in self.entries if e["supersedes"]),
            "waivers": [index for index, _ in self.waivers],
            "populations": [
                (
                    e["leaf"],
                    self.leaves[e["leaf"]],
                    e["path"],
                    e["revision"],
                    e["population"]["count"],
                    e["population"]["root"],
                )
                for e in found
                if e["population"]
            ],
        }

    @property
    def sealed(self):
        """The document under which the period is sealed."""
        return self.run[0] if self.state == "sealed" else None

    def repudiate(self, line, what):
        sequence = line["sequence"]
        demand(sequence <= len(self.commits), f"{what} repudiates a commit that is not earlier")
        identity, has_entries = self.commits[sequence - 1]
        demand(identity == line["commit"], f"{what} repudiates a commit of another id")
        demand(has_entries, f"{what} repudiates a commit without entries")
        demand(sequence not in self.repudiated, f"{what} repudiates commit {sequence} again")
        self.repudiated[sequence] = line["reason"]

    def standing(self, path):
        """The newest entry at a path that counts."""
        counting = [e for e in self.entries if e["path"] == path and e["commit"] not in self.repudiated]
        demand(counting, f"no path {path}, or all of it is repudiated")
        return counting[-1]

    def check_place(self, entry, before, what):
        if before is None:
            demand(entry["revision"] == 1, f"{what}: revision {entry['revision']} of a new path")
            key = entry["folded"]
            demand(key not in self.keys, f"{what}: {entry['path']!r} collides with another path")
            parts = key.split(b"/")
            for end in range(1, len(parts)):
                demand(self.keys.get(b"/".join(parts[:end])) is None, f"{what}: a file is no folder")
                self.keys.setdefault(b"/".join(parts[:end]), None)
            self.keys[key] = entry["path"]
        else:
            demand(entry["revision"] == before["revision"] + 1, f"{what}: revision {entry['revision']}")
            wanted = (before["leaf"], self.leaves[before["leaf"]])
            demand(entry["supersedes"] == wanted, f"{what} supersedes something else")
            demand(entry["series"] == before["series"], f"{what} changes the series")
            demand(bool(entry["population"]) == bool(before["population"]), f"{what} changes the kind")

    def check_object(self, entry, what):
        raw = self.store.read(entry["object"], what)
        demand(len(raw) == entry["size"], f"{what}: the object has {len(raw)} bytes")
        if entry["population"]:
            table = self.store.read(entry["population"]["table"], what)
            check_population(entry["population"], raw, table, what)
            if entry["population"]["cut"]:
                form, original = entry["population"]["cut"]
                cut = cut_records(self.store.read(original, what), form)
                demand(cut == raw, f"{what}: the records are not those of the original")

    def summary(self):
        return {
            "commits": self.parent["sequence"] if self.parent else 0,
            "tip": "sha256:" + self.parent_id.hex() if self.parent_id else None,
            "lines": self.tree.end,
            "root": "mth-sha256:" + self.tree.root().hex(),
            "unfinished": bool(self.unfinished or self.unnamed or self.reviews and self.reviews.unfinished),
            "reviews": self.reviews and self.reviews.summary(),
            "state": self.state,
            "waived": [waiver["finding"] for _, waiver in self.waivers],
            "seal": "sha256:" + self.sealed.hex() if self.sealed else None,
            "entries": [
                {
                    "path": e["path"],
                    "revision": e["revision"],
                    "object": "sha256:" + e["object"].hex(),
                    "size": e["size"],
                    "leaf": e["leaf"],
                    "records": e["population"]["count"] if e["population"] else None,
                    "repudiated": self.repudiated.get(e["commit"]),
                }
                for e in self.entries
            ],
        }


# 16. Reviews


def read_reference(m):
    out = {"count": m.integer("count"), "hash": m.id("hash", "mth-sha256:"), "leaf": m.integer("leaf")}
    out |= {"path": m.text("path", 1024), "revision": m.integer("revision", 1), "root": m.id("root", "mth-sha256:")}
    m.finish()
    return out


def read_pairs(m, name, limit, optional=False):
    for item in m.list(name, limit, optional):
        pair = Members(item, f"{m.what}: {name}")
        for side in ("left", "right"):
            pointer = pair.text(side, 1024)
            demand(re.fullmatch("(/([^~/]|~[01])*)+", pointer, re.DOTALL), f"{m.what}: {name} holds no JSON Pointer")
        pair.finish()


def read_reconciliation(m):
    read_pairs(m, "compare", 64, optional=True)
    demand(m.left.get("on"), f"{m.what}: no key")
    read_pairs(m, "on", 16)
    for name in ("differing", "matched", "onlyLeft", "onlyRight"):
        m.integer(name)
    return {"populations": [read_reference(m.object(n)) for n in ("left", "right")], "report": m.id("report")}


def read_draw(m):
    out = {"extends": m.integer("extends", default=None), "population": read_reference(m.object("population"))}
    m.text("purpose", optional=True)
    receipt = m.object("receipt", True)
    if receipt:
        receipt.integer("index"), receipt.text("log", 255), receipt.time("received")
        receipt.finish()
    seed = m.text("seed", 128)
    demand(re.fullmatch("([0-9a-f]{2}){16,64}", seed), f"{m.what}: the seed")
    return out | {"seed": bytes.fromhex(seed), "size": m.integer("size", 1, out["population"]["count"])}


def read_result(m):
    out = {"draw": m.integer("draw"), "record": m.integer("record"), "outcome": m.text("outcome", 32)}
    note = m.text("note", optional=True)
    demand(out["outcome"] in ("pass", "exception", "not-applicable"), f"{m.what}: outcome")
    demand(out["outcome"] != "exception" or note is not None, f"{m.what}: an exception without a note")
    return out


def drawn(draw):
    """16.1: the records of a draw."""
    population = draw["population"]
    head = sha256(draw["seed"]) + population["root"] + b"evidence-vault.org/sample/1" + struct.pack("<Q", population["count"])
    tickets = sorted((sha256(head, struct.pack("<Q", record)), record) for record in range(population["count"]))
    return [record for _, record in tickets[: draw["size"]]]


class Reviews(Ref):
    """What is said about a period, held against it."""

    def __init__(self, period, path):
        self.vault, self.name, self.ref = period.vault, period.name, f"reviews/{period.name}"
        self.period, self.folder = period, period.folder
        self.store = Store(period.store.folder)
        self.tree = Range()
        self.parent, self.parent_id, self.first = None, None, None
        self.commits, self.repudiated, self.objections = [], {}, []
        self.draws, self.results = {}, {}
        lines, self.unfinished = read_ref(path, "commit", self.vault.id)
        for line in lines:
            self.commit(line)
        for _, what in self.objections:
            raise Refused(what)

    def line(self, raw, commit, holders):
        index = self.tree.end
        what = f"{self.ref}, leaf {index}"
        value = canonical(raw, what, 65536)
        demand(type(value) is dict and "type" in value, f"{what} has no type")
        author, _, valid = holders
        roles = {role for s in valid if s["key"] == author for role in s["roles"]}
        m = Members(value, what)
        kind = m.text("type")
        if kind == "reconcile":
            demand(roles & {"manage", "approve", "audit"}, f"{what}: its author may not reconcile")
            line = read_reconciliation(m)
            for reference in line["populations"]:
                self.hold(reference, what)
            self.store.read(line["report"], what)
        elif kind in ("draw", "result"):
            demand("audit" in roles, f"{what}: its author is no auditor")
            self.draw(read_draw(m), index, what) if kind == "draw" else self.result(read_result(m), what)
        else:
            raise Refused(f"{what}: no {kind} stands in reviews")
        m.finish()
        self.tree.append(leaf(raw))
        return kind

    def hold(self, reference, what):
        """16.2: the reference names the very entry that the period has there."""
        entry = next((e for e in self.period.entries if e["leaf"] == reference["leaf"]), None)
        population = entry and entry["population"]
        demand(population, f"{what}: leaf {reference['leaf']} of the period is no population")
        wanted = {"count": population["count"], "hash": self.period.leaves[entry["leaf"]], "leaf": entry["leaf"]}
        wanted |= {"path": entry["path"], "revision": entry["revision"], "root": population["root"]}
        demand(reference == wanted, f"{what} names another population than that of leaf {entry['leaf']}")

    def draw(self, draw, index, what):
        self.hold(draw["population"], what)
        if draw["extends"] is not None:
            before = self.draws.get(draw["extends"])
            demand(before, f"{what} extends no earlier draw")
            same = all(before[name] == draw[name] for name in ("population", "seed"))
            demand(same and before["size"] < draw["size"], f"{what} extends another draw")
        self.draws[index] = draw | {"records": drawn(draw)}

    def result(self, result, what):
        draw = self.draws.get(result["draw"])
        demand(draw and result["record"] in draw["records"], f"{what} is about a record that was not drawn")
        self.results[result["draw"], result["record"]] = result["outcome"]

    def summary(self):
        return {
            "commits": self.parent["sequence"] if self.parent else 0,
            "draws": {str(leaf): draw["records"] for leaf, draw in self.draws.items()},
            "results": {f"{draw} {record}": outcome for (draw, record), outcome in self.results.items()},
        }


class Vault:
    def __init__(self, root, pin=None):
        hidden = os.path.join(root, ".vault")
        self.root = hidden if os.path.exists(os.path.join(hidden, "vault.json")) else root
        with open_regular(os.path.join(self.root, "vault.json")) as file:
            m = Members(canonical(file.read(), "vault.json", 4096), "vault.json")
        m.exactly("type", "vault")
        demand(m.integer("format", 1) == 1, "vault.json: a newer format")
        self.id = m.id("vault")
        m.finish()
        demand(pin is None or digest(pin, "sha256:", "--pin") == self.id, f"this is the vault sha256:{self.id.hex()}")
        self.chain = Chain()
        self.store = Store(os.path.join(self.root, "packs", "@vault"))
        folder = Folder(self.store.folder)
        lines, self.unfinished = read_ref(os.path.join(self.root, "refs", "trust.log"), "trust", None)
        for line in lines:
            self.trust(line, folder)
        self.unfinished = bool(folder.check()) or self.unfinished
        demand(self.chain.documents and self.chain.documents[0].id == self.id, "trust document 1 has another id")
        periods = os.path.join(self.root, "refs", "periods")
        names = sorted(n[:-4] for n in os.listdir(periods) if n.endswith(".log")) if os.path.isdir(periods) else []
        self.periods = {name: Ref(self, name) for name in names}
        for name, ref in self.periods.items():
            before = ref.opening and ref.opening["predecessor"]
            if before and before[0] in self.periods:
                demand(self.periods[before[0]].first == before[1], f"periods/{name} follows another period")
            for _, seal, what in ref.seals:
                named = seal["predecessor"]
                demand(not named or (before and named[0] == before[0]), f"{what} follows another period")
                if named and named[0] in self.periods:
                    demand(self.periods[named[0]].sealed == named[1], f"{what} names another seal")

    def trust(self, line, folder):
        what = f"trust document {line['sequence']}"
        folder.tell(line)
        store = Store(self.store.folder)
        for location in line["packs"]:
            store.add(*location)
        for identity, file, offset, length in line["residue"]:
            demand(sha256(store.region(file, offset, length)) == identity, f"{what}: residue has other bytes")
        raw = store.read(line["document"], what)
        self.chain.append(raw, line["document"], [store.read(s, what) for s in line["signatures"]], what)
        demand(self.chain.documents[-1].number == line["sequence"], f"{what} has another number")
        self.store.places.update(store.places)
        self.store.blocks.update(store.blocks)
        self.store.following.update(store.following)

    def summary(self):
        return {
            "vault": "sha256:" + self.id.hex(),
            "trust": ["sha256:" + d.id.hex() for d in self.chain.documents],
            "logs": [name for name, _ in self.chain.documents[-1].logs],
            "unfinished": self.unfinished,
            "periods": {name: ref.summary() for name, ref in self.periods.items()},
        }


def text_summary(summary):
    print(f"vault {summary['vault']}")
    print(f"trust {len(summary['trust'])} documents, newest {summary['trust'][-1]}")
    for name, ref in summary["periods"].items():
        print(f"period {name} ({ref['state']}): {ref['commits']} commits, {ref['lines']} lines, root {ref['root']}")
        for e in ref["entries"]:
            count = "" if e["records"] is None else f", {e['records']} records"
            print(f"  {e['object'][7:]}  {e['path']} (revision {e['revision']}, {e['size']} bytes{count})")
            if e["repudiated"] is not None:
                print(f"    does not count: {e['repudiated']}")
        if ref["reviews"]:
            print(f"  reviews: {len(ref['reviews']['draws'])} draws, {len(ref['reviews']['results'])} results")
    states = [summary["unfinished"]] + [ref["unfinished"] for ref in summary["periods"].values()]
    print("proved: chain of trust, packs, ids, roots, signatures, permissions, populations")
    if any(states):
        print("an unfinished write was left behind")


def main():
    parser = argparse.ArgumentParser(description="Reads and proves an evidence vault.")
    parser.add_argument("vault")
    parser.add_argument("--pin", metavar="ID")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cat", metavar="PERIOD:PATH")
    parser.add_argument("--object", metavar="ID")
    options = parser.parse_args()
    try:
        vault = Vault(options.vault, options.pin)
        if options.cat:
            period, _, path = options.cat.partition(":")
            demand(period in vault.periods, f"no period {period}")
            ref = vault.periods[period]
            sys.stdout.buffer.write(ref.store.read(ref.standing(path)["object"], path))
        elif options.object:
            wanted = bytes.fromhex(options.object.removeprefix("sha256:"))
            stores = [vault.store] + [ref.store for ref in vault.periods.values()]
            store = next((s for s in stores if wanted in s.places), None)
            demand(store is not None, "no such object")
            sys.stdout.buffer.write(store.read(wanted, options.object))
        elif options.json:
            print(json.dumps(vault.summary(), sort_keys=True))
        else:
            text_summary(vault.summary())
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    except ToolMissing as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
