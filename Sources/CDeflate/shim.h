// The one header of the module: what the vault uses of the system library.
#ifndef CDeflate_SHIM_H
#define CDeflate_SHIM_H
#include <libdeflate.h>
#endif
