#!/usr/bin/env python3
"""tlog.py VERIFIER-KEY FILE: proves a C2SP tlog-proof by the words of C2SP, RFC 6962 and RFC 8032, and prints its leaf.

It shares nothing with the vault's own code, nor with the script that the vault exports, and needs no openssl: the
signature is checked with the arithmetic of RFC 8032 §5.1, the proof by recursion on RFC 6962 §2.1.1.
"""
import base64, hashlib, sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    assert (x * x - square) % P == 0, "no point"
    return x if x & 1 == sign else P - x


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    assert y < P
    x = x_of(y, sign)
    return x, y, 1, x * y % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, p):
    out = (0, 1, 1, 0)
    while number:
        if number & 1:
            out = add(out, p)
        p, number = add(p, p), number >> 1
    return out


def is_signed(key, message, signature):
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    assert s < L and len(signature) == 64
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    left, right = times(s, base), add(point(r), times(k, point(key)))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def root(leaf, index, size, path):
    """RFC 6962 §2.1.1 backwards: the last hash of the path is the other half of the whole tree."""
    if size == 1:
        assert not path
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        left, right = root(leaf, index, half, path[:-1]), path[-1]
    else:
        left, right = path[-1], root(leaf, index - half, size - half, path[:-1])
    return hashlib.sha256(b"\1" + left + right).digest()


def sign(seed, message):
    """RFC 8032 §5.1.6: the public key and the signature."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    key = encoded(times(scalar, base))
    r = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % L
    commitment = encoded(times(r, base))
    k = int.from_bytes(hashlib.sha512(commitment + key + message).digest(), "little") % L
    return key, commitment + ((r + k * scalar) % L).to_bytes(32, "little")


def encoded(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def tree(leaves):
    """RFC 6962 §2.1: the root over leaves."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def prove(verifier, file):
    """The leaf of a tlog-proof that holds."""
    name, key_id, key = open(verifier).read().strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    assert key[0] == 1 and hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == key_id
    head, note = open(file, "rb").read().split(b"\n\n", 1)
    lines = head.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ") and lines[2].startswith("index ")
    leaf = base64.b64decode(lines[1][6:], validate=True)
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    origin, size, top, *_ = text.decode().split("\n")
    assert origin == name
    for line in signatures.decode().splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature, validate=True)
        if dash == "—" and signer == name and signature[:4].hex() == key_id:
            assert is_signed(key[1:], text, signature[4:]), "the signature is wrong"
            break
    else:
        sys.exit("the log did not sign it")
    index, path = int(lines[2][6:]), [base64.b64decode(line, validate=True) for line in lines[3:]]
    assert 0 <= index < int(size)
    assert root(hashlib.sha256(b"\0" + leaf).digest(), index, int(size), path) == base64.b64decode(top), "another root"
    return leaf.decode()


if __name__ == "__main__":
    print(prove(sys.argv[1], sys.argv[2]))
