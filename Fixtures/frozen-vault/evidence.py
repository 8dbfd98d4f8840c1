"""Writes the evidence of the frozen vault into a folder, the same bytes every time."""

import json
import os
import random
import sys

chance = random.Random("evidence vault")


def write(path, data):
    path = os.path.join(sys.argv[1], path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def event(number):
    return {
        "eventID": f"{chance.getrandbits(64):016x}",
        "eventName": chance.choice(["AssumeRole", "GetObject", "PutObject", "CreateUser", "DeleteKey"]),
        "eventTime": f"2026-06-29T{number % 86400 // 3600:02}:{number % 3600 // 60:02}:{number % 60:02}Z",
        "sourceIPAddress": f"10.20.{chance.randrange(4)}.{chance.randrange(256)}",
        "userIdentity": {"arn": f"arn:aws:iam::111122223333:user/{chance.choice(['ana', 'bo', 'chi', 'dee'])}"},
    }


def ndjson(items):
    return "".join(json.dumps(item, separators=(",", ":")) + "\n" for item in items)


# Small files that share a block, an empty one and two with the same bytes.
for name in ["ana", "bo", "chi", "dee"]:
    write(f"small/reviews/{name}.json", json.dumps({"account": name, "reviewed": "2026-06-30", "keep": True}))
write("small/reviews/résumé 2026.txt", "Zusammenfassung: vier Konten geprüft, keines zu viel.\n")
write("small/empty.log", b"")
write("small/copy-1.txt", "the same bytes\n")
write("small/copy-2.txt", "the same bytes\n")

# Bytes that no codec makes shorter, and a larger file in several blocks.
write("raw/screenshot.png", b"\x89PNG\r\n\x1a\n" + chance.randbytes(140_000))
write("large/access.log", "".join(
    f"10.20.0.{i % 40} - - [30/Jun/2026:{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02} +0000] "
    f'"GET /api/v1/accounts/{i % 700} HTTP/1.1" 200 {chance.choice([512, 1024])}\n' for i in range(30_000)))

# The same export on three days: the second and third become deltas of what came before.
events = [event(i) for i in range(1500)]
for day in (28, 29, 30):
    write(f"daily/cloudtrail-2026-06-{day}.ndjson", ndjson(events))
    events = [event(0) if i % 300 == day % 300 else e for i, e in enumerate(events[5:])] + [event(i) for i in range(5)]
large = [f"{i:07},host-{i % 50:02}.example.org,{['up', 'down', 'idle'][i % 7 % 3]},2026-06-29\n" for i in range(110_000)]
write("daily-large/inventory-2026-06-29.csv", "".join(large))
large[50_000:50_003] = ["0050000,host-99.example.org,new,2026-06-30\n"]
write("daily-large/inventory-2026-06-30.csv", "".join(large))

# Populations: records in several frames, their correction, one without a last LF, one without records.
pulls = [{"number": n, "author": f"dev{n % 17}", "merged": f"2026-0{1 + n % 6}-1{n % 10}T12:00:00Z"} for n in range(1, 6001)]
write("populations/prs.ndjson", ndjson(pulls[:-1]))
write("populations/prs-corrected.ndjson", ndjson(pulls))
write("populations/unended.ndjson", '{"number":1}\r\n\n{"number":2}')
write("populations/none.ndjson", b"")
