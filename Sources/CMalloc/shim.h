// The one header of the module: how the C library keeps memory.
#ifndef CMalloc_SHIM_H
#define CMalloc_SHIM_H
#include <malloc.h>
#endif
