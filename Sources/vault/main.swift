import Glibc
import VaultCommands

// A reader of the output that goes away is an error of write(2), not a signal.
signal(SIGPIPE, SIG_IGN)
exit(runVault(Array(CommandLine.arguments.dropFirst()), Context.system()))
