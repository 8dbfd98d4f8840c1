#!/usr/bin/env python3
"""Times what is done with large populations after they are in: draws, and reconciliations.

Called by run.py --only samples. Each figure is the median of whole commands, from exec to exit.
"""

import json
import os
import random
import shutil
import statistics
import subprocess
import time

PERIOD = "soc2-2026"


def write_changes(path, count, chance, rename):
    """Records of about 370 bytes, in another order for each file."""
    order = list(range(count))
    chance.shuffle(order)
    with open(path, "w") as file:
        for number in order:
            json.dump({
                rename: "CHG-%09d" % number, "service": "svc-%d" % (number % 97), "sha": "%040x" % (number * 2654435761),
                "actor": "user-%d" % (number % 1013), "approved_at": "2026-03-%02dT10:%02d:00Z" % (1 + number % 28, number % 60),
                "title": "change %d of service %d: rotate keys, update base image, bump limits" % (number, number % 97),
                "environment": "production", "ticket": "https://tracker.example/browse/OPS-%d" % number,
                "rollback": False, "risk": number % 5}, file, separators=(",", ":"))
            file.write("\n")


class Bench:
    def __init__(self, settings, folder):
        self.settings = settings
        self.folder = folder
        for key in ("root", "collector", "auditor"):
            self.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        self.vault("init", "ev", "--bare", "--key", "root", "-q", base=[])
        for name, role in (("collector", "collect"), ("auditor", "audit")):
            self.vault("trust", "add", name, "--key-file", name + ".pub", "--role", role, "--key", "root", "-q")
        self.vault("period", "open", PERIOD, "--framework", "soc2", "--from", "2026-01-01", "--to", "2027-01-01",
                   "--key", "root", "-q")

    def run(self, command, code=0):
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != code:
            raise SystemExit("%s: exit %d\n%s" % (" ".join(command), process.returncode, output.decode()[-2000:]))
        return seconds, usage.ru_maxrss

    def vault(self, *arguments, base=("-C", "ev"), code=0):
        return self.run([self.settings.vault, *base, *arguments], code)

    def commit(self, name):
        self.vault("commit", "--period", PERIOD, "--key", "collector", "--control", "CC8.1", "--source", "bench",
                   "--collected", "2026-03-01T00:00:00Z", "--kind", "population", "--as", "CC8.1/" + name, "-q", name)

    def median(self, run):
        results = [run(number) for number in range(self.settings.rounds)]
        return statistics.median(r[0] for r in results), max(r[1] for r in results)


def measure(settings, run):
    """Prints the figures; `run` is the module run.py."""
    folder = os.path.join(settings.folder, "samples")
    os.makedirs(folder)
    count = int(1_000_000 * settings.scale)
    chance = random.Random(settings.seed)
    write_changes(os.path.join(folder, "deploys.ndjson"), count, chance, "change_id")
    write_changes(os.path.join(folder, "approvals.ndjson"), count, chance, "id")
    bench = Bench(settings, folder)
    for name in ("deploys.ndjson", "approvals.ndjson"):
        bench.commit(name)
    deploys, approvals = (PERIOD + ":CC8.1/" + name for name in ("deploys.ndjson", "approvals.ndjson"))
    print("Two populations of %d records:" % count)

    def tell(what, target, command):
        seconds, peak = bench.median(command)
        figure = run.verdict(seconds * 1000, target, False) if target else "%.0f" % (seconds * 1000)
        print("  %s: %s ms, peak %d MB" % (what, figure, peak // 1024))

    tell("a draw of 60, with its folder", 150, lambda number: bench.vault(
        "sample", "draw", deploys, "--size", "60", "--seed", "%032x" % (number + 1), "--key", "auditor", "--out",
        "sample-%d" % number, "-q"))
    tell("that folder verified", None, lambda number: bench.vault("sample", "verify", "sample-%d" % number, "-q"))
    tell("one record proved in a folder", None, lambda number: bench.vault(
        "sample", "prove", deploys, str(chance.randrange(count)), "--out", "proof-%d" % number, "-q"))
    tell("one reconciled with the other, a field compared", 5000, lambda _: bench.vault(
        "reconcile", deploys, approvals, "--on", "/change_id=/id", "--compare", "/sha", "-q"))
    shutil.rmtree(folder)
