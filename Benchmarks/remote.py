"""Pushes to a remote and clones from it, through an sshd of our own on a free port of this machine.

Measured are the vault, `git push` and `git clone` with SHA-256 objects, restic over sftp and borg over ssh. restic and borg
have no local store to push from: their push is a backup of the same files straight into the remote repository, their
clone a restore of all of them.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

from tools import Borg, Git, Meter, Restic, Vault, discard, settle, tree_size

PERIOD = "soc2-2026"
TARGET = 1.5  # times the fastest peer, for a push and for a clone
PEAK = 150  # MB, at either end


class Sshd:
    """An sshd with its own host key, user keys and configuration. The vault's key may only run `vault serve`."""

    def __init__(self, folder, settings):
        self.folder = folder
        self.served = os.path.join(folder, "served")
        os.makedirs(self.served)
        for name in ("host", "vault", "plain"):
            Meter().run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name], folder)
        serve = "%s serve --root %s --as bench --allow push --allow fetch" % (settings.vault, self.served)
        with open(os.path.join(folder, "authorized_keys"), "w") as out:
            for name, options in (("vault", 'restrict,command="%s" ' % serve), ("plain", "")):
                with open(os.path.join(folder, name + ".pub")) as key:
                    out.write(options + key.read())
        self.start()
        with open(os.path.join(folder, "host.pub")) as key:
            host = " ".join(key.read().split()[:2])
        with open(os.path.join(folder, "known_hosts"), "w") as out:
            out.write("[127.0.0.1]:%d %s\n" % (self.port, host))
        self.client = os.path.join(folder, "client")
        with open(self.client, "w") as out:
            out.write("Host *\n  HostName 127.0.0.1\n  Port %d\n  User %s\n  IdentitiesOnly yes\n  IdentityAgent none\n"
                      "  UserKnownHostsFile %s/known_hosts\n  GlobalKnownHostsFile /dev/null\n" % (
                          self.port, os.environ.get("USER") or "root", folder))
            for name in ("vault", "plain"):
                out.write("Host %s\n  IdentityFile %s/%s\n" % (name, folder, name))
        self.program = os.path.join(folder, "ssh")
        with open(self.program, "w") as out:
            out.write('#!/bin/sh\nexec ssh -F "%s" "$@"\n' % self.client)
        os.chmod(self.program, 0o755)

    def start(self, port=None):
        if port is None:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
        self.port = port
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        config = os.path.join(self.folder, "config")
        with open(config, "w") as out:
            out.write("ListenAddress 127.0.0.1\nPort %d\nHostKey %s/host\nAuthorizedKeysFile %s/authorized_keys\n"
                      "PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
                      "KbdInteractiveAuthentication no\nMaxStartups 100\nSubsystem sftp internal-sftp\n"
                      "SetEnv PATH=%s\n" % (port, self.folder, self.folder, os.environ["PATH"]))
        program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        self.process = subprocess.Popen([program, "-D", "-e", "-f", config], stderr=subprocess.PIPE)
        for line in self.process.stderr:
            if b"Server listening on" in line:
                break
        else:
            sys.exit("sshd did not start")
        # Nothing that it says later may fill the pipe.
        self.reader = subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=subprocess.DEVNULL)
        self.process.stderr.close()

    def stop(self):
        """Ends it when its sessions are over; returns the peak memory of the largest process that served one, in KB."""
        children = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
        while True:
            with open(children) as file:
                if not file.read().strip():
                    break
            time.sleep(0.002)
        self.process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.reader.wait()
        return usage.ru_maxrss

    def restart(self):
        """The same sshd anew, so that ``stop`` tells of what comes now only."""
        peak = self.stop()
        self.start(self.port)
        return peak


class RemoteVault(Vault):
    """A vault with all commits, pushed to an empty bare one."""

    def prepare(self, files, names, sshd):
        self.sshd = sshd
        self.env = dict(os.environ, HOME=self.folder, VAULT_SSH=sshd.program)
        self.bare = os.path.join(sshd.served, "bench.vault")
        self.fresh = os.path.join(self.folder, "fresh")
        quiet = Meter()
        quiet.run([self.settings.vault, "init", "--bare", self.bare, "--from", self.store, "-q"], self.folder)
        quiet.run(self.base + ["trust", "log", "add", "origin", "--log-key", self.bare + "/log.pub", "--key", "root",
                               "-q"], self.folder)
        quiet.run(self.base + ["remote", "add", "origin", "vault:bench.vault", "-q"], self.folder)
        shutil.move(self.bare, self.fresh)
        for step, name in enumerate(names):
            self.add(quiet, files, name, step)

    def empty(self):
        shutil.rmtree(self.bare, ignore_errors=True)
        shutil.copytree(self.fresh, self.bare)
        # The remote goes back to its beginning, which this copy of the vault would rightly call an attack.
        shutil.rmtree(os.path.join(self.store, "receipts"), ignore_errors=True)

    def push(self, meter):
        meter.run(self.base + ["push", "-q"], self.folder, self.env)

    def clone(self, meter, target, period=PERIOD):
        meter.run([self.settings.vault, "clone", "vault:bench.vault", target, "--period", period, "-q"], self.folder, self.env)


class RemoteGit(Git):
    def prepare(self, files, names, sshd):
        self.env.update(GIT_SSH=sshd.program, GIT_SSH_VARIANT="ssh")
        self.bare = os.path.join(sshd.served, "bench.git")
        for step, name in enumerate(names):
            self.add(Meter(), files, name, step)
        Meter().run(["git", "-C", self.store, "remote", "add", "origin", "plain:" + self.bare], self.folder, self.env)

    def empty(self):
        shutil.rmtree(self.bare, ignore_errors=True)
        Meter().run(["git", "init", "-q", "--bare", "--object-format=sha256", self.bare], self.folder, self.env)

    def push(self, meter):
        meter.run(["git", "-C", self.store, "push", "-q", "origin", "HEAD"], self.folder, self.env)

    def clone(self, meter, target):
        meter.run(["git", "clone", "-q", "plain:" + self.bare, target], self.folder, self.env)


class RemoteRestic(Restic):
    def start(self):
        pass

    def prepare(self, files, names, sshd):
        self.files, self.names = files, names
        self.bare = os.path.join(sshd.served, "bench.restic")
        self.env.update(RESTIC_PASSWORD="bench", RESTIC_REPOSITORY="sftp:plain:" + self.bare)
        self.base = ["restic", "-o", "sftp.command=%s plain -s sftp" % sshd.program, "-q"]

    def empty(self):
        shutil.rmtree(self.bare, ignore_errors=True)
        # Its cache belongs to the repository that is gone.
        shutil.rmtree(os.path.join(self.folder, ".cache"), ignore_errors=True)
        Meter().run(self.base + ["init"], self.folder, self.env)

    def push(self, meter):
        meter.run(self.base + ["backup"] + self.names, self.files, self.env)

    def clone(self, meter, target):
        meter.run(self.base + ["restore", "latest", "--target", target], self.folder, self.env)


class RemoteBorg(Borg):
    def start(self):
        pass

    def prepare(self, files, names, sshd):
        self.files, self.names = files, names
        self.bare = os.path.join(sshd.served, "bench.borg")
        self.env.update(BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes", BORG_RSH=sshd.program,
                        BORG_RELOCATED_REPO_ACCESS_IS_OK="yes", BORG_REPO="ssh://plain" + self.bare)

    def empty(self):
        shutil.rmtree(self.bare, ignore_errors=True)
        for cache in (".cache", ".config"):
            shutil.rmtree(os.path.join(self.folder, cache), ignore_errors=True)
        Meter().run(["borg", "init", "-e", "none"], self.folder, self.env)

    def push(self, meter):
        meter.run(["borg", "create", "::all"] + self.names, self.files, self.env)

    def clone(self, meter, target):
        os.makedirs(target)
        meter.run(["borg", "extract", "::all"], target, self.env)


REMOTE_TOOLS = [RemoteVault, RemoteGit, RemoteRestic, RemoteBorg]


def measure_transfer(settings, workload, files, names):
    """Medians of push seconds, clone seconds, peak KB of the client and of the server, for each tool."""
    work = os.path.join(settings.folder, workload + "-remote")
    os.makedirs(os.path.join(work, "sshd"))
    sshd = Sshd(os.path.join(work, "sshd"), settings)
    tools = []
    for tool_class in REMOTE_TOOLS:
        if tool_class.name not in settings.tools.split(","):
            continue
        tool = tool_class(os.path.join(work, tool_class.name), settings)
        tool.prepare(files, names, sshd)
        tools.append(tool)
    samples = {tool.name: [] for tool in tools}
    for round_number in range(settings.rounds):
        turn = round_number % len(tools)
        for tool in tools[turn:] + tools[:turn]:
            tool.empty()
            settle(files)
            settle(tool.store) if os.path.isdir(tool.store) else None
            sshd.restart()
            push, clone = Meter(), Meter()
            tool.push(push)
            os.sync()
            # Kept until the end: ext4 makes files at a tenth of its speed for a minute after thousands were removed.
            target = os.path.join(work, "clone-%s-%d" % (tool.name, round_number))
            tool.clone(clone, target)
            samples[tool.name].append((push.seconds, clone.seconds, max(push.peak, clone.peak), sshd.restart()))
            discard(settings, tool.bare)
    sshd.stop()
    discard(settings, work)
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()}


def small_file(folder, number, chance):
    """One 10 KB export; its path below `folder`."""
    name = "folder-%03d/%d.json" % (number % 500, number)
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write('{"number":%d,"value":"%0*x"}\n' % (number, 9_970, chance.getrandbits(39_880)))
    return name


def commit_small(vault, files, name):
    Meter().run(vault.base + ["commit", "--period", PERIOD, "--key", "collector", "--control", "CC6.1", "--source", "bench",
                              "--collected", "2026-03-01T00:00:00Z", "--as", "CC6.1/" + name, "-q",
                              os.path.join(files, name)], vault.folder)


def import_history(git, files, names):
    """The same history for git, in one pack."""
    process = subprocess.Popen(["git", "-C", git.store, "fast-import", "--quiet", "--date-format=now"], stdin=subprocess.PIPE, env=git.env)
    branch = subprocess.check_output(["git", "-C", git.store, "symbolic-ref", "HEAD"], env=git.env).strip()
    for name in names:
        with open(os.path.join(files, name), "rb") as file:
            data = file.read()
        process.stdin.write(b"commit %s\ncommitter bench <bench@example.com> now\ndata 8\nevidence\n" % branch
                            + b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    process.stdin.close()
    if process.wait() != 0:
        sys.exit("git fast-import failed")
    Meter().run(["git", "-C", git.store, "read-tree", "HEAD"], git.folder, git.env)


def measure_next(settings):
    """A remote of `history` commits: seconds of its first push, and of a push of one new commit to it."""
    chance = __import__("random").Random(settings.seed)
    work = os.path.join(settings.folder, "next-remote")
    files = os.path.join(work, "files")
    os.makedirs(os.path.join(work, "sshd"))
    sshd = Sshd(os.path.join(work, "sshd"), settings)
    history = max(10, int(10_000 * settings.scale))
    names = [small_file(files, number, chance) for number in range(history)]
    vault = RemoteVault(os.path.join(work, "vault"), settings)
    vault.prepare(files, [], sshd)
    for name in names:
        commit_small(vault, files, name)
    git = RemoteGit(os.path.join(work, "git"), settings)
    git.prepare(files, [], sshd)
    import_history(git, files, names)
    first, times, peak = {}, {"vault": [], "git": []}, 0
    for tool in (vault, git):
        tool.empty()
        settle(tool.store)
        meter = Meter()
        tool.push(meter)
        first[tool.name] = meter.seconds
        if tool is vault:
            peak = max(peak, meter.peak, sshd.restart())
    for number in range(history, history + 31):
        name = small_file(files, number, chance)
        commit_small(vault, files, name)
        git.add(Meter(), files, name, number)
        for tool in (vault, git):
            meter = Meter()
            tool.push(meter)
            times[tool.name].append(meter.seconds)
            if tool is vault:
                peak = max(peak, meter.peak)
    peak = max(peak, sshd.stop())
    discard(settings, work)
    return first, {name: statistics.median(values) for name, values in times.items()}, history, peak


def measure_pipelines(settings):
    """Seconds a commit where 1, 2, 5 and 10 pipelines commit to one period of a remote at once, without a local vault:
    of all together, and the median of one command."""
    chance = __import__("random").Random(settings.seed)
    work = os.path.join(settings.folder, "pipelines-remote")
    files = os.path.join(work, "files")
    os.makedirs(os.path.join(work, "sshd"))
    sshd = Sshd(os.path.join(work, "sshd"), settings)
    vault = RemoteVault(os.path.join(work, "vault"), settings)
    vault.prepare(files, [], sshd)
    vault.empty()
    vault.push(Meter())
    shown = subprocess.check_output(vault.base + ["trust", "verify", "--json"], env=vault.env)
    identity = __import__("json").loads(shown)["vault"]
    rows, number = [], 0
    for pipelines in (1, 2, 5, 10):
        each = max(2, int(20 * settings.scale))

        def command(name):
            return [settings.vault, "commit", "--remote", "vault:bench.vault", "--vault-id", identity, "--period", PERIOD,
                    "--key", "collector", "--control", "CC6.1", "--source", "bench", "--collected",
                    "2026-03-01T00:00:00Z", "--as", "CC6.1/" + name, "-q", os.path.join(files, name)]

        waiting = [[small_file(files, number + pipeline * each + step, chance) for step in range(each)]
                   for pipeline in range(pipelines)]
        number += pipelines * each
        running, single = {}, []
        begin = time.perf_counter()
        while waiting or running:
            for queue in list(waiting):
                process = subprocess.Popen(command(queue.pop()), cwd=vault.folder, env=vault.env,
                                           stdin=subprocess.DEVNULL)
                running[process.pid] = (queue, time.perf_counter(), process)
                waiting.remove(queue)
            pid, status = os.wait()
            queue, started, process = running.pop(pid)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode != 0:
                sys.exit("a pipeline's commit failed")
            single.append(time.perf_counter() - started)
            if queue:
                waiting.append(queue)
        rows.append((pipelines, (time.perf_counter() - begin) / (pipelines * each), statistics.median(single)))
    sshd.stop()
    discard(settings, work)
    return rows


def measure_period(settings, files, names):
    """Clones of one of twelve periods, of all, and of a vault that has only that one: seconds and bytes of packs."""
    work = os.path.join(settings.folder, "period-remote")
    os.makedirs(os.path.join(work, "sshd"))
    sshd = Sshd(os.path.join(work, "sshd"), settings)
    out = {}
    target = os.path.join(work, "clone")
    for kind, months in (("twelve", 12), ("alone", 1)):
        vault = RemoteVault(os.path.join(work, kind), settings)
        vault.prepare(files, [], sshd)
        share = max(1, len(names) // 12)
        for month in range(months):
            period = "month-%02d" % (month + 1)
            Meter().run(vault.base + ["period", "open", period, "--framework", "soc2", "--from", "2026-01-01", "--to",
                                      "2027-01-01", "--key", "root", "-q"], vault.folder)
            for name in names[month * share:(month + 1) * share]:
                Meter().run(vault.base + ["commit", "--period", period, "--key", "collector", "--control", "CC6.1",
                                          "--source", "bench", "--series", "bench", "--collected",
                                          "2026-03-01T00:00:00Z", "--as", "CC6.1/" + name, "-q",
                                          os.path.join(files, name)], vault.folder)
        vault.empty()
        vault.push(Meter())
        wanted = ["month-01"] + (["month-*"] if kind == "twelve" else [])
        for glob in wanted:
            seconds = []
            for _ in range(settings.rounds):
                meter = Meter()
                vault.clone(meter, target, glob)
                seconds.append(meter.seconds)
                size = tree_size(os.path.join(target, ".vault", "packs"))
                discard(settings, target)
            out[kind, glob] = (statistics.median(seconds), size)
        discard(settings, vault.bare)
    sshd.stop()
    discard(settings, work)
    return out


def report_transfer(results, verdict):
    print("| workload | tool | push s | clone s | client peak MB | server peak MB |")
    print("|---|---|---:|---:|---:|---:|")
    for workload, rows in results.items():
        for name, (push, clone, client, server) in rows.items():
            print("| %s | %s | %.2f | %.2f | %.0f | %.0f |" % (workload, name, push, clone, client / 1024, server / 1024))
    print()
    print("| workload | push, times the fastest peer | clone, times the fastest peer | peak MB of either end |")
    print("|---|---|---|---|")
    for workload, rows in results.items():
        ours = rows["vault"]
        peers = [row for name, row in rows.items() if name != "vault"]
        if not peers:
            continue
        print("| %s | %s | %s | %s |" % (
            workload, verdict(min(p[0] for p in peers) / ours[0], TARGET),
            verdict(min(p[1] for p in peers) / ours[1], TARGET),
            verdict(max(ours[2:]) / 1024, PEAK, larger_is_better=False)))


def report_rest(results, verdict):
    if "next" in results:
        first, times, history, peak = results["next"]
        print("\nFirst push of %d commits: vault %.2f s, git %.2f s." % (history, first["vault"], first["git"]))
        print("Push of one new commit to a remote %d commits old: vault %.1f ms, git %.1f ms, ratio %s; peak of either end "
              "%.0f MB." % (history, times["vault"] * 1e3, times["git"] * 1e3,
                            verdict(times["vault"] / times["git"], 1.0, False), peak / 1024))
    if "pipelines" in results:
        print("\n| pipelines at once | ms a commit | ms of one command, median |\n|---:|---:|---:|")
        for pipelines, together, single in results["pipelines"]:
            print("| %d | %.0f | %.0f |" % (pipelines, together * 1e3, single * 1e3))
    if "period" in results:
        print("\n| clone | s | MB of packs |\n|---|---:|---:|")
        for (kind, glob), what in (((("twelve", "month-01")), "one period of twelve"),
                                   ((("alone", "month-01")), "the same, of a remote that has only it"),
                                   ((("twelve", "month-*")), "all twelve")):
            seconds, size = results["period"][kind, glob]
            print("| %s | %.2f | %.2f |" % (what, seconds, size / 1e6))
