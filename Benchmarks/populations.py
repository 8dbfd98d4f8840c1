"""Measures populations: taking in, one record with its proof, memory. Called by run.py --only populations."""

import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def add(meter, vault, path, name, count):
    meter.run(
        vault.base + ["population", "add", path, "--period", "soc2-2026", "--key", "collector", "--control", "CC6.1",
                      "--source", "bench", "--as", "CC6.1/" + name, "--id-field", "/eventId", "--sequence-field", "/sequence",
                      "--time-field", "/time", "--source-count", str(count), "-q"], vault.folder)


def records(settings, folder, scale):
    """The file of the workload audit-records, `scale` times a million records long."""
    subprocess.run([sys.executable, os.path.join(HERE, "workloads.py"), "audit-records", folder, "--seed",
                    str(settings.seed), "--scale", str(scale)], check=True)
    return os.path.join(folder, "audit.ndjson")


def measure(settings, run):
    """Prints the figures; `run` is the module run.py."""
    work = os.path.join(settings.folder, "populations")
    os.makedirs(work)
    count = int(1_000_000 * settings.scale)
    files = os.path.join(work, "files")
    path = records(settings, files, settings.scale)
    print("%d records, %.0f MB:" % (count, os.path.getsize(path) / 1e6))
    seconds = {"vault": []}
    peak = 0
    for round_number in range(settings.rounds):
        for tool_class in run.TOOLS:
            tool = tool_class(os.path.join(work, tool_class.name), settings)
            meter = run.Meter()
            run.settle(files)
            if tool_class is run.Vault:
                add(meter, tool, path, "records.ndjson", count)
                peak = max(peak, meter.peak)
            else:
                tool.add(meter, files, os.path.basename(path), 0)
            seconds.setdefault(tool.name, []).append(meter.seconds)
            if tool_class is not run.Vault or round_number + 1 < settings.rounds:
                shutil.rmtree(tool.folder)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in medians.items():
        print("  %-7s %.2f s" % (name, value))
    fastest = min(value for name, value in medians.items() if name != "vault")
    print("  taken in with every check, times the fastest peer: %s; peak %.0f MB" % (
        run.verdict(fastest / medians["vault"], 1.5), peak / 1024))
    proof(settings, run, tool_of(run, work, settings), count)
    large(settings, run, work)
    shutil.rmtree(work)


def tool_of(run, work, settings):
    """The vault that the last round left."""
    tool = run.Vault.__new__(run.Vault)
    tool.folder = os.path.join(work, "vault")
    tool.store = os.path.join(tool.folder, "store")
    tool.settings = settings
    tool.base = [settings.vault, "-C", tool.store]
    return tool


def proof(settings, run, vault, count):
    """One record with its proof, as a whole command."""
    times = []
    for step in range(21):
        meter = run.Meter()
        meter.run(vault.base + ["population", "record", "soc2-2026:CC6.1/records.ndjson",
                                str(step * 7919 * 31 % count), "--proof"], vault.folder)
        times.append(meter.seconds)
    print("  one record with its proof: %s ms" % run.verdict(statistics.median(times) * 1e3, 50, False))


def large(settings, run, work):
    """Ten times as many records, for memory."""
    count = int(1_000_000 * settings.scale * 10)
    path = records(settings, os.path.join(work, "large"), settings.scale * 10)
    vault = tool_of(run, work, settings)
    meter = run.Meter()
    add(meter, vault, path, "large.ndjson", count)
    print("  %d records: %.1f s, peak %s MB" % (count, meter.seconds, run.verdict(meter.peak / 1024, 250, False)))
