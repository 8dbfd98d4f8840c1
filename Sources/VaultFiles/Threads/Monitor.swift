import Glibc

/// A mutex and a condition. `Synchronization` has no condition to wait on.
final class Monitor: Sendable {
  private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private nonisolated(unsafe) let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    defer { pthread_condattr_destroy(&attributes) }
    let failed =
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) | pthread_mutex_init(mutex, nil)
      | pthread_cond_init(condition, &attributes)
    precondition(failed == 0, "cannot make a mutex")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  /// Runs `body` while no other thread is inside.
  func enter<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Leaves, waits for ``wakeAll()`` (or for no reason) and enters again. Only from inside.
  func wait() {
    pthread_cond_wait(condition, mutex)
  }

  /// As ``wait()``, and no longer than so many milliseconds.
  func wait(milliseconds: Int) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = time.tv_nsec + milliseconds % 1000 * 1_000_000
    time.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &time)
  }

  func wakeAll() {
    pthread_cond_broadcast(condition)
  }
}
