"""The tools that are measured: the vault and its peers, each with a store of its own, and the clock."""

import os
import shutil
import subprocess
import sys
import tempfile
import time


class Meter:
    """Wall time and peak memory of commands."""

    def __init__(self):
        self.seconds = 0.0
        self.peak = 0

    def run(self, command, cwd=None, env=None):
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds += time.perf_counter() - begin
        self.peak = max(self.peak, usage.ru_maxrss)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit("%s failed: %s" % (" ".join(command), errors.decode(errors="replace")[-2000:]))


def tree_size(folder):
    return sum(
        os.lstat(os.path.join(top, name)).st_size for top, _, names in os.walk(folder) for name in names)


class Tool:
    """One store in its own folder: `add` takes a folder or file in, `check` proves the whole store."""

    def __init__(self, folder, settings):
        self.folder = folder
        self.settings = settings
        self.store = os.path.join(folder, "store")
        os.makedirs(folder)
        self.env = dict(os.environ, HOME=folder, LC_ALL="C.UTF-8")
        self.start()

    def size(self):
        return tree_size(self.store)


class Vault(Tool):
    name = "vault"

    def start(self):
        quiet = Meter()
        for key in ("root", "collector"):
            quiet.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], self.folder)
        self.base = [self.settings.vault, "-C", self.store]
        quiet.run([self.settings.vault, "init", self.store, "--bare", "--key", "root", "-q"], self.folder)
        quiet.run(self.base + ["trust", "add", "collector", "--key-file", "collector.pub", "--role", "collect",
                               "--key", "root", "-q"], self.folder)
        quiet.run(self.base + ["period", "open", "soc2-2026", "--framework", "soc2", "--from", "2026-01-01",
                               "--to", "2027-01-01", "--key", "root", "-q"], self.folder)

    def add(self, meter, base, name, step):
        path = os.path.join(base, name)
        day = name if os.path.isdir(path) else "%s-%d" % (name, step)
        meter.run(self.base + ["commit", "--period", "soc2-2026", "--key", "collector", "--control", "CC6.1", "--source",
                               "bench", "--series", "bench", "--collected", "2026-03-01T00:00:00Z", "--as",
                               "CC6.1/" + day, "-q", path], self.folder)

    def check(self, meter):
        meter.run(self.base + ["fsck", "-q"], self.folder)


class Git(Tool):
    name = "git"

    def start(self):
        quiet = Meter()
        quiet.run(["git", "init", "-q", "--bare", "--object-format=sha256", self.store], self.folder, self.env)
        for key, value in (("user.name", "bench"), ("user.email", "bench@example.com"), ("gc.auto", "0")):
            quiet.run(["git", "-C", self.store, "config", key, value], self.folder, self.env)

    def add(self, meter, base, name, step):
        git = ["git", "--git-dir", self.store, "--work-tree", base]
        meter.run(git + ["add", name], base, self.env)
        meter.run(git + ["commit", "-q", "-m", "evidence"], base, self.env)

    def check(self, meter):
        meter.run(["git", "--git-dir", self.store, "fsck", "--full", "--strict"], self.folder, self.env)


class Restic(Tool):
    name = "restic"

    def start(self):
        self.env.update(RESTIC_PASSWORD="bench", RESTIC_REPOSITORY=self.store)
        Meter().run(["restic", "init", "-q"], self.folder, self.env)

    def add(self, meter, base, name, step):
        meter.run(["restic", "backup", "-q", name], base, self.env)

    def check(self, meter):
        meter.run(["restic", "check", "-q", "--read-data"], self.folder, self.env)


class Borg(Tool):
    name = "borg"

    def start(self):
        self.env.update(BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes")
        Meter().run(["borg", "init", "-e", "none", self.store], self.folder, self.env)

    def add(self, meter, base, name, step):
        meter.run(["borg", "create", "%s::%d" % (self.store, step), name], base, self.env)

    def check(self, meter):
        meter.run(["borg", "check", "--verify-data", self.store], self.folder, self.env)


TOOLS = [Vault, Git, Restic, Borg]


ASIDE = "removed-at-the-end-"


def discard(settings, folder):
    """Removes a folder; one of many files is only put aside until `sweep`: after thousands were removed, ext4 without a
    journal makes files at a fraction of its speed for minutes, whoever makes them."""
    if sum(len(names) for _, _, names in os.walk(folder)) < 1000:
        shutil.rmtree(folder)
    else:
        os.rename(folder, os.path.join(tempfile.mkdtemp(prefix=ASIDE, dir=settings.folder), "folder"))


def sweep(settings):
    for name in os.listdir(settings.folder):
        if name.startswith(ASIDE):
            shutil.rmtree(os.path.join(settings.folder, name))


def settle(folder):
    """Gives every tool the same start: what the one before left to be written is written, and the files are in the
    page cache, from which borg drops what it has read."""
    os.sync()
    for top, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(top, name), "rb") as file:
                while file.read(1 << 20):
                    pass
