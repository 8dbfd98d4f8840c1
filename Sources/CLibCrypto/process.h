// What starting a signer program needs of glibc and its headers show only under _GNU_SOURCE, which Swift's
// own Glibc module does not set.
#ifndef CLibCrypto_PROCESS_H
#define CLibCrypto_PROCESS_H
#include <spawn.h>
int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
#endif
