import Glibc
import Synchronization

/// The one place where the vault makes threads.
public enum Parallel {
  /// How many cores this process may use, its affinity counted in.
  public static let coreCount: Int = {
    let allowed = Cores.allowed.count
    return allowed > 0 ? allowed : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }()

  /// Runs `body` once for each number below `workers`, all at the same time; returns when all have
  /// returned. Number 0 runs on the caller's thread. If bodies throw, the error of the lowest is thrown,
  /// after all have returned.
  public static func run<E: Error>(
    workers: Int, _ body: @Sendable (Int) throws(E) -> Void
  ) throws(E) {
    let first = Mutex<(worker: Int, error: E)?>(nil)
    runAll(workers) { worker in
      do throws(E) {
        try body(worker)
      } catch {
        first.withLock { if worker < $0?.worker ?? .max { $0 = (worker, error) } }
      }
    }
    if let first = first.withLock({ $0 }) { throw first.error }
  }

  /// Runs `body` once for each number below `count`, handed out in order to `workers` threads. After an
  /// error no more numbers are handed out.
  public static func forEach<E: Error>(
    _ count: Int, workers: Int = coreCount, _ body: @Sendable (Int) throws(E) -> Void
  ) throws(E) {
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
    try run(workers: min(workers, count)) { (_) throws(E) in
      while !failed.load(ordering: .relaxed) {
        let number = next.add(1, ordering: .relaxed).oldValue
        if number >= count { return }
        do throws(E) {
          try body(number)
        } catch {
          failed.store(true, ordering: .relaxed)
          throw error
        }
      }
    }
  }

  /// What two bodies make, at the same time where `onThread`: the second on a thread of its own then. If the first
  /// throws, its error is thrown after both have returned; else the second runs after the first.
  public static func both<A, B: Sendable, E: Error>(
    onThread: Bool, _ first: () throws(E) -> A, and second: @Sendable () -> B
  ) throws(E) -> (A, B) {
    guard onThread else { return (try first(), second()) }
    // Written by the thread, and read after it has been joined.
    nonisolated(unsafe) var made: B?
    var result: Result<A, E>?
    withoutActuallyEscaping(second) { second in
      let thread = start(1) { _ in made = second() }
      do throws(E) { result = .success(try first()) } catch { result = .failure(error) }
      pthread_join(thread, nil)
    }
    guard let made, let result else { preconditionFailure("both have returned") }
    return (try result.get(), made)
  }

  /// What `body` makes of each item, in the items' order.
  public static func map<T: Sendable, R: Sendable, E: Error>(
    _ items: [T], workers: Int = coreCount, _ body: @Sendable (T) throws(E) -> R
  ) throws(E) -> [R] {
    // Each slot is written by one thread, and read after all have been joined.
    nonisolated(unsafe) let slots = UnsafeMutableBufferPointer<R?>.allocate(capacity: items.count)
    slots.initialize(repeating: nil)
    defer {
      slots.deinitialize()
      slots.deallocate()
    }
    try forEach(items.count, workers: workers) { (number) throws(E) in slots[number] = try body(items[number])
    }
    return slots.compactMap { $0 }
  }

  private static func runAll(_ workers: Int, _ body: @Sendable (Int) -> Void) {
    if workers < 1 { return }
    withoutActuallyEscaping(body) { body in
      // The threads are joined below, so the body does not outlive this call.
      let threads = (1..<workers).map { start($0, body) }
      body(0)
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  /// Starts a thread that whoever calls this joins.
  static func start(_ worker: Int, _ body: @escaping @Sendable (Int) -> Void) -> pthread_t {
    let work = Unmanaged.passRetained(Work(worker: worker, body: body))
    var thread = pthread_t()
    let failed = pthread_create(&thread, nil, runWork, work.toOpaque())
    // Doing with fewer could hang those that wait for each other; a vault survives dying here.
    guard failed == 0 else { fatalError("cannot start a thread: error \(failed)") }
    Cores.place(thread, worker)
    return thread
  }
}

private final class Work: Sendable {
  let worker: Int
  let body: @Sendable (Int) -> Void

  init(worker: Int, body: @escaping @Sendable (Int) -> Void) {
    self.worker = worker
    self.body = body
  }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // A scope of its own: the closure must be released before the thread counts as joined.
  do {
    let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
    work.body(work.worker)
  }
  return nil
}
