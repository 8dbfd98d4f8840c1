// The one header of the module: what the vault uses of Linux that Swift's Glibc does not show.
#ifndef CLinux_SHIM_H
#define CLinux_SHIM_H
#include <malloc.h>
#include <stdint.h>
// sync_file_range(2), which fcntl.h declares only under _GNU_SOURCE; off64_t is 64 bits everywhere.
extern int sync_file_range(int fd, int64_t offset, int64_t nbytes, unsigned int flags);
#endif
