#!/usr/bin/env python3
"""Stands between a client and its ssh, and breaks the session at an exact byte.

RELAY_SSH    the program that is started with our arguments; or
RELAY_SERVE  a server's command line, started in the stead of ssh
RELAY_UP     cut once so many bytes went from the client to the server
RELAY_MUTE   cut at the first byte from the server after so many went to it: an answer is lost
RELAY_KILL   what a cut is: "server" (default) kills what was started, "client" the program that started us
RELAY_COUNT  a file that gets the number of bytes that went to the server
RELAY_AT     run RELAY_HOOK, a shell's line, once so many bytes have come from the server; then go on
RELAY_FLIP   the number, from 0, of the byte to the server of which one bit changes on the way
RELAY_PACE   a slow line: pass at most so many bytes at a time, each behind a hundredth of a second
"""
import os, selectors, shlex, signal, subprocess, sys, time

env = os.environ
command = shlex.split(env["RELAY_SERVE"]) if "RELAY_SERVE" in env else [env["RELAY_SSH"], *sys.argv[1:]]
up_limit = int(env.get("RELAY_UP", 1 << 60))
flip = int(env.get("RELAY_FLIP", -1))
mute = int(env.get("RELAY_MUTE", 1 << 60))
peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
passed = 0
came, hook_at = 0, int(env.get("RELAY_AT", 1 << 60))
piece = int(env.get("RELAY_PACE", 65536))


def count():
    if "RELAY_COUNT" in env:
        with open(env["RELAY_COUNT"], "w") as file:
            print(passed, file=file)


def cut():
    """The server is done when the client hears of it, so that whoever waits for the client can look at what is left."""
    if env.get("RELAY_KILL") == "client":
        peer.stdin.close()
    else:
        peer.kill()
    peer.wait()
    count()
    if env.get("RELAY_KILL") == "client":
        os.kill(os.getppid(), signal.SIGKILL)
    os._exit(1)


def write(descriptor, data):
    while data:
        try:
            data = data[os.write(descriptor, data):]
        except BrokenPipeError:
            return


watched = selectors.DefaultSelector()
watched.register(0, selectors.EVENT_READ)
watched.register(peer.stdout, selectors.EVENT_READ)
while True:
    for key, _ in watched.select():
        if "RELAY_PACE" in env:
            time.sleep(0.01)
        if key.fd == 0:
            data = os.read(0, min(piece, up_limit - passed) or 1)
            if not data:
                watched.unregister(0)
                peer.stdin.close()
                continue
            if passed <= flip < passed + len(data):
                at = flip - passed
                data = data[:at] + bytes([data[at] ^ 4]) + data[at + 1:]
            write(peer.stdin.fileno(), data)
            passed += len(data)
            if passed >= up_limit:
                cut()
        else:
            data = os.read(key.fd, piece)
            if not data:
                status = peer.wait()
                count()
                os._exit(status)
            if passed >= mute:
                cut()
            came += len(data)
            if came >= hook_at:
                hook_at = 1 << 60
                subprocess.run(["sh", "-c", env["RELAY_HOOK"]], check=True)
            write(1, data)
