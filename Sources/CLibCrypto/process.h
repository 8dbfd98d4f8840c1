// What starting a signer program needs of glibc and its headers show only under _GNU_SOURCE, which Swift's
// own Glibc module does not set.
#ifndef CLibCrypto_PROCESS_H
#define CLibCrypto_PROCESS_H
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>
int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
// A descriptor that polls readable once the process has ended (Linux 5.3); -1 where the system has none.
static inline int CLibCrypto_pidfd_open(pid_t process) {
#ifdef SYS_pidfd_open
  return (int)syscall(SYS_pidfd_open, process, 0);
#else
  return -1;
#endif
}
#endif
