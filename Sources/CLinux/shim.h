// The one header of the module: what the vault uses of Linux that Swift's Glibc does not show.
#ifndef CLinux_SHIM_H
#define CLinux_SHIM_H
#include <linux/fs.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
// sync_file_range(2), which fcntl.h declares only under _GNU_SOURCE; off64_t is 64 bits everywhere.
extern int sync_file_range(int fd, int64_t offset, int64_t nbytes, unsigned int flags);
// FS_IOC_GETFLAGS and FS_IOC_SETFLAGS (ioctl(2) is variadic, which Swift cannot call). Their numbers name a long;
// what is read and written is an int.
static inline int vault_get_inode_flags(int fd, uint32_t *flags) {
  int got = 0;
  int result = ioctl(fd, FS_IOC_GETFLAGS, &got);
  *flags = (uint32_t)got;
  return result;
}
static inline int vault_set_inode_flags(int fd, uint32_t flags) {
  int wanted = (int)flags;
  return ioctl(fd, FS_IOC_SETFLAGS, &wanted);
}
// Whether the processor has instructions for AES-GCM: AES-NI and PCLMULQDQ (CPUID leaf 1, ECX), or AES and PMULL
// (AT_HWCAP).
static inline int vault_has_aes_gcm(void) {
#if defined(__x86_64__)
  unsigned int a = 0, b = 0, c = 0, d = 0;
  const unsigned int both = 1u << 25 | 1u << 1;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & both) == both;
#elif defined(__aarch64__)
  const unsigned long both = 1ul << 3 | 1ul << 4;
  return (getauxval(AT_HWCAP) & both) == both;
#else
  return 0;
#endif
}
#endif
