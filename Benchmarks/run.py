#!/usr/bin/env python3
"""Runs the vault and its peers on the same files in the same run, and prints the table of docs/benchmarks.md.

    run.py --vault PATH [--scale 1.0] [--rounds 3] [--only daily-exports,…] [--seed 1] [--folder DIR]

Peers: git with SHA-256 objects, restic, borgbackup (without encryption). Each round runs every tool once on a
fresh store, in an order that rotates; the table gives medians. Sizes are those of all files of the store.

--only takes the workloads; single (one signed commit); populations; samples (draws and reconciliations); remote (each
workload pushed and cloned over ssh), or remote-WORKLOAD for one of them; remote-next (one new commit to an old remote),
remote-pipelines (several at once) and remote-period (one period of twelve).
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile

import remote
from tools import TOOLS, Git, Meter, Vault, discard, settle, sweep

import populations
import samples

HERE = os.path.dirname(os.path.abspath(__file__))


def make_files(settings, workload, work):
    """Writes the workload's files; their folder, and the names in it that are taken in one after another."""
    files = os.path.join(work, "files")
    subprocess.run([sys.executable, os.path.join(HERE, "workloads.py"), workload, files, "--seed", str(settings.seed),
                    "--scale", str(settings.scale)], check=True)
    names = sorted(os.listdir(files))
    if workload == "incompressible":
        names, files = [os.path.basename(files)], os.path.dirname(files)
    return files, names


def measure_workload(settings, workload):
    """Medians of commit seconds, fsck seconds, store bytes and peak memory, for each tool."""
    work = os.path.join(settings.folder, workload)
    files, names = make_files(settings, workload, work)
    samples = {tool.name: [] for tool in TOOLS}
    for round_number in range(settings.rounds):
        for tool_class in TOOLS[round_number % len(TOOLS):] + TOOLS[:round_number % len(TOOLS)]:
            folder = os.path.join(work, tool_class.name)
            tool = tool_class(folder, settings)
            commit, check = Meter(), Meter()
            settle(files)
            for step, name in enumerate(names):
                tool.add(commit, files, name, step)
            tool.check(check)
            samples[tool.name].append((commit.seconds, check.seconds, tool.size(), max(commit.peak, check.peak)))
            discard(settings, folder)
    discard(settings, work)
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()}


def measure_single(settings):
    """Seconds of one signed commit of a 10 KB file, whole command, in stores of `history` commits."""
    work = os.path.join(settings.folder, "single")
    files = os.path.join(work, "files")
    os.makedirs(files)
    history = max(10, int(10_000 * settings.scale))
    vault, git = Vault(os.path.join(work, "vault"), settings), Git(os.path.join(work, "git"), settings)
    key = os.path.join(vault.folder, "collector")
    for name, value in (("gpg.format", "ssh"), ("user.signingkey", key)):
        Meter().run(["git", "-C", git.store, "config", name, value], work, git.env)
    base = ["git", "--git-dir", git.store, "--work-tree", files]
    chance = __import__("random").Random(settings.seed)

    def one(number, vault_meter, git_meter):
        name = "folder-%03d/%d.json" % (number % 500, number)
        path = os.path.join(files, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write('{"number":%d,"value":"%0*x"}\n' % (number, 9_970, chance.getrandbits(39_880)))
        git_meter.run(base + ["add", name], files, git.env)
        git_meter.run(base + ["commit", "-q", "-S" if git_meter.measured else "--no-gpg-sign", "-m", "evidence"], files, git.env)
        vault_meter.run(vault.base + [
            "commit", "--period", "soc2-2026", "--key", "collector", "--control", "CC6.1", "--source", "bench",
            "--collected", "2026-03-01T00:00:00Z", "--as", "CC6.1/" + name, "-q", path], vault.folder)

    for number in range(history):
        unmeasured_vault, unmeasured_git = Meter(), Meter()
        unmeasured_git.measured = False
        one(number, unmeasured_vault, unmeasured_git)
    times = {"vault": [], "git": []}
    peak = 0
    for number in range(history, history + 101):
        vault_meter, git_meter = Meter(), Meter()
        git_meter.measured = True
        one(number, vault_meter, git_meter)
        times["vault"].append(vault_meter.seconds)
        times["git"].append(git_meter.seconds)
        peak = max(peak, vault_meter.peak)
    discard(settings, work)
    return statistics.median(times["vault"]), statistics.median(times["git"]), history, peak


TARGETS = {  # commit speed, fsck speed, size as a share of the best peer's
    "daily-exports": (7.0, 3.0, 1 / 8),
    "audit-records": (2.5, 2.8, 1.0),
    "incompressible": (1.5, 3.0, None),
    "database-dump": (1.0, None, 1 / 4),
}


def verdict(value, target, larger_is_better=True):
    if target is None:
        return "%.2f" % value
    met = value >= target if larger_is_better else value <= target
    return "%.2f (target %s%g: %s)" % (value, "≥ " if larger_is_better else "≤ ", target, "met" if met else "MISSED")


def report(settings, results, single):
    machine = "%s, %d cores" % (platform.machine(), os.cpu_count())
    print("Machine: %s. Scale %g, seed %d, medians of %d rounds." % (machine, settings.scale, settings.seed, settings.rounds))
    print()
    if results:
        report_workloads(results)
    if single:
        vault, git, history, peak = single
        print()
        print("One signed commit of a 10 KB file after %d commits: vault %.1f ms, git add + commit -S %.1f ms, ratio %s; "
              "peak %.0f MB." % (history, vault * 1e3, git * 1e3, verdict(vault / git, 0.3, False), peak / 1024))


def report_workloads(results):
    print("| workload | tool | commit s | fsck s | stored MB | peak MB |")
    print("|---|---|---:|---:|---:|---:|")
    for workload, rows in results.items():
        for name, (commit, check, size, peak) in rows.items():
            print("| %s | %s | %.2f | %.2f | %.1f | %.0f |" % (workload, name, commit, check, size / 1e6, peak / 1024))
    print()
    print("| workload | commit, times the fastest peer | fsck, times the fastest peer | size, of the smallest peer |")
    print("|---|---|---|---|")
    for workload, rows in results.items():
        ours = rows["vault"]
        peers = [row for name, row in rows.items() if name != "vault"]
        commit, check, size = TARGETS[workload]
        print("| %s | %s | %s | %s |" % (
            workload, verdict(min(p[0] for p in peers) / ours[0], commit),
            verdict(min(p[1] for p in peers) / ours[1], check),
            verdict(ours[2] / min(p[2] for p in peers), size, larger_is_better=False)))


def measure_remote(settings, chosen):
    """What is chosen of the measurements over ssh: of each workload, and of the rest."""
    transfers, rest = {}, {}
    for workload in TARGETS:
        if "remote" in chosen or "remote-" + workload in chosen:
            work = os.path.join(settings.folder, workload)
            transfers[workload] = remote.measure_transfer(settings, workload, *make_files(settings, workload, work))
            discard(settings, work)
    if "remote-period" in chosen:
        work = os.path.join(settings.folder, "period")
        rest["period"] = remote.measure_period(settings, *make_files(settings, "daily-exports", work))
        discard(settings, work)
    for name, measure in (("next", remote.measure_next), ("pipelines", remote.measure_pipelines)):
        if "remote-" + name in chosen:
            rest[name] = measure(settings)
    return transfers, rest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vault", required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="daily-exports,audit-records,incompressible,database-dump,single,populations,samples,remote,"
                        "remote-next,remote-pipelines,remote-period")
    parser.add_argument("--tools", default="vault,git,restic,borg", help="over ssh, only these (default: %(default)s)")
    parser.add_argument("--folder", help="where to work (default: a new folder in the system's temporary one)")
    settings = parser.parse_args()
    settings.vault = os.path.abspath(settings.vault)
    settings.folder = settings.folder or tempfile.mkdtemp(prefix="vault-bench-")
    try:
        measure(settings)
    finally:
        sweep(settings)


def measure(settings):
    chosen = settings.only.split(",")
    results = {name: measure_workload(settings, name) for name in TARGETS if name in chosen}
    single = measure_single(settings) if "single" in chosen else None
    transfers, rest = measure_remote(settings, chosen)
    report(settings, results, single)
    if transfers:
        remote.report_transfer(transfers, verdict)
    remote.report_rest(rest, verdict)
    if "populations" in chosen:
        print()
        populations.measure(settings, sys.modules[__name__])
    if "samples" in chosen:
        print()
        samples.measure(settings, sys.modules[__name__])


if __name__ == "__main__":
    main()
