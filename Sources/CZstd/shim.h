// The one header of the module: what the vault uses of the system library.
#ifndef CZstd_SHIM_H
#define CZstd_SHIM_H
// For ZSTD_compressSequences, which the shared library exports too.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>
#endif
