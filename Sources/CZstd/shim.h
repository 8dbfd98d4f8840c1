// The one header of the module: what the vault uses of the system library.
#ifndef CZstd_SHIM_H
#define CZstd_SHIM_H
#include <zstd.h>
#include <zstd_errors.h>
#endif
