#!/usr/bin/env python3
"""manual.py PAGE: runs each command of a page's ```console blocks, and compares what it prints with what the page says.

A command begins with "$ ", and goes on in the next line where it ends with a backslash. Ids, keys and the time of the
run are others each time: where the page has one, any will do, but where it has the same again, it must be the same.
"""
import difflib, re, subprocess, sys

VARIES = re.compile(
    r"(?P<id>\b[0-9a-f]{12}\b|\b[0-9a-f]{64}\b)|(?P<key>SHA256:[A-Za-z0-9+/]{43})"
    r"|(?P<time>\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.(?!000)\d{3}Z)")
ANY = {"id": "([0-9a-f]{%d})", "key": "(SHA256:[A-Za-z0-9+/]{43})", "time": r"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"}


def commands(page):
    """Each command with the lines that it prints."""
    found, inside, goes_on = [], False, False
    for line in open(page, encoding="utf-8").read().split("\n"):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and goes_on:
            found[-1][0] += "\n" + line
            goes_on = line.endswith("\\")
        elif inside and line.startswith("$ "):
            found.append([line[2:], []])
            goes_on = line.endswith("\\")
        elif inside:
            found[-1][1].append(line)
    return found


def is_same(expected, printed, known):
    """Whether a line is the page's; `known` has what stands for each of the page's ids and keys, by their beginning."""
    pattern, varying, end = "", [], 0
    for found in VARIES.finditer(expected):
        text, kind = found[0], found.lastgroup
        pattern += re.escape(expected[end:found.start()]) + (ANY[kind] % len(text) if kind == "id" else ANY[kind])
        varying.append((kind, text))
        end = found.end()
    matched = re.fullmatch(pattern + re.escape(expected[end:]), printed)
    if not matched:
        return False
    pairs = [(text[:12], other[:12]) for (kind, text), other in zip(varying, matched.groups()) if kind != "time"]
    return all(known.setdefault(text, other) == other for text, other in pairs)


def main():
    found = commands(sys.argv[1])
    if not found:
        sys.exit(f"{sys.argv[1]} has no commands")
    known = {}
    for command, expected in found:
        done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed = done.stdout.split("\n")[:-1]
        same = len(printed) == len(expected) and all(map(is_same, expected, printed, [known] * len(expected)))
        if not same:
            print("$ " + command, *difflib.unified_diff(expected, printed, "the page", "the program", lineterm=""), sep="\n")
            sys.exit(1)
    print(len(found))


main()
