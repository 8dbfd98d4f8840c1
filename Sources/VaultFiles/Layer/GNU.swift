import Glibc

// Swift's Glibc module is made without `_GNU_SOURCE`, which hides these functions of the C library. Their
// arguments are words and pointers only, which Swift and C pass alike; the linker checks the names.

/// `renameat2(2)`.
@_silgen_name("renameat2")
func renameat2(
  _ fromFolder: Int32, _ from: UnsafePointer<CChar>, _ toFolder: Int32, _ to: UnsafePointer<CChar>,
  _ flags: UInt32
) -> Int32

/// `sched_getaffinity(2)`.
@_silgen_name("sched_getaffinity")
func affinity(_ process: Int32, _ size: Int, _ set: UnsafeMutableRawPointer) -> Int32

/// `strerrordesc_np(3)`: a constant text, unlike `strerror`'s the same in every locale; null if unknown.
@_silgen_name("strerrordesc_np")
func errorText(_ errno: Int32) -> UnsafePointer<CChar>?

/// `pthread_setaffinity_np(3)`.
@_silgen_name("pthread_setaffinity_np")
func threadAffinity(_ thread: pthread_t, _ size: Int, _ set: UnsafeRawPointer) -> Int32

/// `sched_getcpu(3)`.
@_silgen_name("sched_getcpu")
func currentCore() -> Int32
