#!/usr/bin/env python3
"""Writes evidence to measure the vault with: the same bytes for the same seed, on any machine.

    workloads.py daily-exports OUT     60 days of 300 JSON exports of 1 to 80 KB that change a little (690 MB)
    workloads.py audit-records OUT     1,000,000 NDJSON records of about 370 bytes
    workloads.py incompressible OUT    500 MB in files of 1 to 48 MB
    workloads.py database-dump OUT     a dump of 64 MB on 10 days, with scattered small changes

--scale shrinks a workload (0.1: a tenth of the days, records, bytes); --seed makes another one.
"""

import argparse
import datetime
import json
import os
import random

FIRST_DAY = datetime.date(2026, 1, 1)
ROLES = ["viewer", "editor", "admin", "auditor", "billing", "support", "deployer"]
ACTIONS = ["login", "logout", "read", "update", "delete", "approve", "deploy", "rotate-key", "grant", "revoke"]
TEAMS = ["platform", "payments", "identity", "search", "data", "mobile", "security", "finance"]


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data)


def account(chance, number):
    """One record of an access export, as indented JSON."""
    seen = FIRST_DAY - datetime.timedelta(days=chance.randrange(90))
    return json.dumps(
        {
            "id": "%016x" % chance.getrandbits(64),
            "login": "user%05d" % number,
            "email": "user%05d@example.com" % number,
            "team": chance.choice(TEAMS),
            "roles": chance.sample(ROLES, chance.randrange(1, 4)),
            "mfa": chance.random() < 0.95,
            "lastSeen": "%sT%02d:%02d:%02dZ" % (seen, chance.randrange(24), chance.randrange(60), chance.randrange(60)),
        }
    )


def seen_again(chance, record, day):
    """The record with a new time of the last login."""
    fields = json.loads(record)
    fields["lastSeen"] = "%sT%02d:%02d:%02dZ" % (day, chance.randrange(24), chance.randrange(60), chance.randrange(60))
    return json.dumps(fields)


def daily_exports(out, chance, scale):
    exports = []
    for number in range(300):
        size = chance.randrange(1_000, 80_000)
        records = []
        while sum(map(len, records)) < size:
            records.append(account(chance, chance.randrange(100_000)))
        exports.append(records)
    for offset in range(max(1, int(60 * scale))):
        day = FIRST_DAY + datetime.timedelta(days=offset)
        for number, records in enumerate(exports):
            if offset > 0:
                for _ in range(max(1, len(records) // 50)):
                    at = chance.randrange(len(records))
                    records[at] = seen_again(chance, records[at], day)
                if chance.random() < 0.2:
                    records.append(account(chance, chance.randrange(100_000)))
                if chance.random() < 0.1 and len(records) > 5:
                    del records[chance.randrange(len(records))]
            head = '{"system":"app-%03d","exportedAt":"%sT06:00:%02dZ","count":%d,"accounts":[\n' % (
                number, day, chance.randrange(60), len(records))
            write(f"{out}/{day}/access-{number:03d}.json", (head + ",\n".join(records) + "\n]}\n").encode())


def audit_records(out, chance, scale):
    os.makedirs(out, exist_ok=True)
    with open(f"{out}/audit.ndjson", "w", newline="\n") as file:
        for number in range(int(1_000_000 * scale)):
            seconds = number * 2
            time = "2026-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
                1 + seconds // 2_419_200 % 12, 1 + seconds // 86_400 % 28, seconds // 3600 % 24, seconds // 60 % 60,
                seconds % 60, chance.randrange(1000))
            user = chance.randrange(5000)
            file.write(
                '{"eventId":"%032x","sequence":%d,"time":"%s","action":"%s","actor":{"id":"u-%05d","email":'
                '"user%05d@example.com","ip":"10.%d.%d.%d"},"target":{"type":"service","id":"svc-%04d","team":"%s"},'
                '"result":"%s","ticket":"CHG-%06d","userAgent":"cli/4.2.1 (linux; x86_64)","requestId":"%016x",'
                '"region":"eu-central-1"}\n' % (
                    chance.getrandbits(128), number, time, chance.choice(ACTIONS), user, user, chance.randrange(256),
                    chance.randrange(256), chance.randrange(256), chance.randrange(800), chance.choice(TEAMS),
                    "denied" if chance.random() < 0.03 else "ok", chance.randrange(1_000_000), chance.getrandbits(64)))


def incompressible(out, chance, scale):
    left = int(500_000_000 * scale)
    number = 0
    while left > 0:
        size = min(left, chance.randrange(1_000_000, 48_000_000))
        write(f"{out}/archive-{number:03d}.bin", chance.randbytes(size))
        left -= size
        number += 1


def database_dump(out, chance, scale):
    rows = []
    size = 0
    while size < 64_000_000 * scale:
        row = "INSERT INTO grants VALUES (%d,'%s','%032x','%s',%d);\n" % (
            len(rows), chance.choice(ROLES), chance.getrandbits(128), chance.choice(TEAMS), chance.randrange(10**9))
        rows.append(row)
        size += len(row)
    for offset in range(10):
        day = FIRST_DAY + datetime.timedelta(days=offset)
        if offset > 0:
            for _ in range(len(rows) // 1000):
                at = chance.randrange(len(rows))
                rows[at] = "INSERT INTO grants VALUES (%d,'%s','%032x','%s',%d);\n" % (
                    at, chance.choice(ROLES), chance.getrandbits(128), chance.choice(TEAMS), chance.randrange(10**9))
            for _ in range(20):
                rows.insert(chance.randrange(len(rows)), "-- maintenance %s %d\n" % (day, chance.randrange(10**6)))
        write(f"{out}/{day}/grants.sql", "".join(rows).encode())


WORKLOADS = {
    "daily-exports": daily_exports,
    "audit-records": audit_records,
    "incompressible": incompressible,
    "database-dump": database_dump,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    WORKLOADS[arguments.workload](arguments.out, random.Random(arguments.seed), arguments.scale)
