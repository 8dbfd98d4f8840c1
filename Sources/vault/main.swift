import CLinux
import Glibc
import VaultCommands

// Buffers of blocks come and go: kept, they cost no page faults when they come again.
mallopt(M_MMAP_THRESHOLD, 32 << 20)
mallopt(M_TRIM_THRESHOLD, 64 << 20)
// Asked for in larger steps, memory makes other threads wait less often.
mallopt(M_TOP_PAD, 4 << 20)

// A reader of the output that goes away is an error of write(2), not a signal.
signal(SIGPIPE, SIG_IGN)
// Nor is a limit on the size of files: it is told as what write(2) says of it.
signal(SIGXFSZ, SIG_IGN)

// Swift mends bytes that are no UTF-8; a path or name must not be stored as another than was typed.
for index in 0..<Int(CommandLine.argc) {
  if let argument = CommandLine.unsafeArgv[index], String(validatingCString: argument) == nil {
    exit(refuseArgument())
  }
}
exit(runVault(Array(CommandLine.arguments.dropFirst()), Context.system()))
