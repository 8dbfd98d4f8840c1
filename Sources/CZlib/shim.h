// The one header of the module: what the vault uses of the system library.
#ifndef CZlib_SHIM_H
#define CZlib_SHIM_H
#include <zlib.h>
#endif
