import Synchronization
import Testing
import VaultFiles

@Suite struct `Threads` {
  struct Failure: Error, Equatable {
    let number: Int
  }

  @Test func `every worker runs once and is joined`() {
    let runs = Mutex<[Int]>([])
    Parallel.run(workers: 8) { worker in runs.withLock { $0.append(worker) } }
    #expect(runs.withLock { $0.sorted() } == Array(0..<8))
    Parallel.run(workers: 0) { _ in Issue.record("nobody to run") }
    #expect(Parallel.coreCount >= 1)
  }

  @Test func `the error of the lowest worker is thrown after all have returned`() {
    let returned = Atomic<Int>(0)
    #expect(throws: Failure(number: 2)) {
      try Parallel.run(workers: 6) { worker in
        returned.add(1, ordering: .relaxed)
        if worker >= 2 { throw Failure(number: worker) }
      }
    }
    #expect(returned.load(ordering: .relaxed) == 6)
  }

  @Test func `a map keeps the order of its items and throws what a body throws`() throws {
    let squares = Parallel.map(Array(0..<1000), workers: 4) { $0 * $0 }
    #expect(squares == (0..<1000).map { $0 * $0 })
    #expect(Parallel.map([Int](), workers: 4) { $0 }.isEmpty)
    #expect(throws: FileError.self) {
      try Parallel.map(Array(0..<100), workers: 4) { number throws(FileError) in
        if number == 50 { throw FileError(operation: "read", path: "x", errno: 5) }
        return number
      }
    }
  }

  @Test(arguments: [true, false])
  func `two bodies both return, and the first one's error is thrown after that`(onThread: Bool) throws {
    let (a, b) = Parallel.both(onThread: onThread) {
      1
    } and: {
      "two"
    }
    #expect(a == 1 && b == "two")
    let ran = Atomic<Bool>(false)
    #expect(throws: Failure(number: 7)) {
      _ = try Parallel.both(onThread: onThread) {
        throw Failure(number: 7)
      } and: {
        ran.store(true, ordering: .relaxed)
      }
    }
    #expect(ran.load(ordering: .relaxed) == onThread)
  }

  @Test func `threads may go on on any core once they have begun`() throws {
    @Sendable func cores(_ path: String) throws -> Substring? {
      let status = String(decoding: try SystemFiles.shared.readWholeFile(path, limit: 1 << 16), as: UTF8.self)
      return status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list") }
    }
    let allowed = try cores("/proc/self/status")
    let haveBegun = Atomic<Bool>(false)
    try Parallel.run(workers: 5) { worker throws(any Error) in
      // Worker 0 runs once all have been made.
      if worker == 0 { haveBegun.store(true, ordering: .releasing) }
      while !haveBegun.load(ordering: .acquiring) {}
      #expect(try cores("/proc/thread-self/status") == allowed)
    }
  }

  @Test(arguments: [(0, 3), (1, 3), (31, 1), (64, 2), (1000, 3), (1001, 4)])
  func `shares of work are handed out once each, whoever asks`(count: Int, workers: Int) {
    // The last worker does it alone, or all take turns.
    for order in [[workers - 1], Array(0..<workers)] {
      let shares = WorkShares(count, workers: workers)
      var seen: [Int] = []
      var turn = 0
      while let share = shares.next(order[turn % order.count]) {
        #expect(!share.isEmpty)
        seen += share
        turn += 1
      }
      #expect(seen.sorted() == Array(0..<count))
    }
  }

  @Test func `a worker's own shares come in order, and none after the end`() {
    let shares = WorkShares(200, workers: 2)
    #expect(shares.next(1)?.lowerBound == 100)
    #expect(shares.next(0)?.lowerBound == 0)
    #expect(shares.next(1)?.lowerBound == 132)
    shares.end()
    #expect(shares.next(0) == nil && shares.next(1) == nil)
  }

  @Test func `numbers are handed out once each, and no more after an error`() {
    let seen = Mutex<[Int]>([])
    Parallel.forEach(1000, workers: 4) { number in seen.withLock { $0.append(number) } }
    #expect(seen.withLock { $0.sorted() } == Array(0..<1000))
    let count = Atomic<Int>(0)
    #expect(throws: Failure.self) {
      try Parallel.forEach(.max, workers: 4) { number in
        count.add(1, ordering: .relaxed)
        if number == 10 { throw Failure(number: number) }
      }
    }
    #expect(count.load(ordering: .relaxed) >= 11)
  }

  @Test func `tickets pass the gate in order`() {
    let gate = OrderedGate()
    let passed = Mutex<[Int]>([])
    Parallel.forEach(2000, workers: 4) { ticket in
      _ = gate.pass(ticket) { passed.withLock { $0.append(ticket) } }
    }
    #expect(passed.withLock { $0 } == Array(0..<2000))
  }

  @Test func `a failure at the gate turns everyone away`() {
    let gate = OrderedGate()
    let turnedAway = Atomic<Int>(0)
    #expect(throws: Failure(number: 5)) {
      try Parallel.run(workers: 4) { worker in
        for ticket in stride(from: worker, to: 100, by: 4) {
          let passed: Void? = try gate.pass(ticket) { if ticket == 5 { throw Failure(number: 5) } }
          if passed == nil {
            turnedAway.add(1, ordering: .relaxed)
            return
          }
        }
      }
    }
    #expect(turnedAway.load(ordering: .relaxed) == 3)
    #expect(gate.isAborted && gate.pass(0) {} == nil)
  }

  @Test func `what is posted at the gate runs in order, among those who pass`() {
    let gate = OrderedGate()
    let passed = Mutex<[Int]>([])
    Parallel.forEach(2000, workers: 4) { ticket in
      if ticket % 3 == 0 {
        _ = gate.pass(ticket) { passed.withLock { $0.append(ticket) } }
      } else {
        #expect(gate.post(ticket) { passed.withLock { $0.append(ticket) } })
      }
    }
    #expect(passed.withLock { $0 } == Array(0..<2000))
  }

  @Test func `what is posted at the gate waits for its turn without its worker`() {
    let gate = OrderedGate()
    let passed = Mutex<[Int]>([])
    for ticket in (1...8).reversed() { gate.post(ticket) { passed.withLock { $0.append(ticket) } } }
    #expect(passed.withLock { $0 }.isEmpty)
    gate.post(0) { passed.withLock { $0.append(0) } }
    #expect(passed.withLock { $0 } == Array(0...8))
  }

  @Test func `an aborted gate runs nothing that is posted`() {
    let gate = OrderedGate()
    let ran = Atomic<Int>(0)
    gate.post(1) { ran.add(1, ordering: .relaxed) }
    gate.post(0) { gate.abort() }
    #expect(!gate.post(2) { ran.add(1, ordering: .relaxed) })
    #expect(ran.load(ordering: .relaxed) == 0)
  }

  @Test func `an aborted gate wakes those who wait`() {
    let gate = OrderedGate()
    Parallel.run(workers: 4) { worker in
      if worker == 0 { gate.abort() } else { #expect(gate.pass(worker) {} == nil) }
    }
  }

  @Test func `a queue hands on every element once and ends when closed`() {
    let queue = WorkQueue<Int>(capacity: 3)
    let sum = Atomic<Int>(0)
    Parallel.run(workers: 4) { worker in
      if worker == 0 {
        for number in 1...5000 { #expect(queue.push(number)) }
        queue.close()
        #expect(!queue.push(1))
      } else {
        while let number = queue.pop() { sum.add(number, ordering: .relaxed) }
      }
    }
    #expect(sum.load(ordering: .relaxed) == 5000 * 5001 / 2)
    #expect(queue.pop() == nil)
  }

  @Test func `a queue keeps the order of one producer`() {
    let queue = WorkQueue<Int>(capacity: 2)
    Parallel.run(workers: 2) { worker in
      if worker == 0 {
        for number in 0..<1000 { queue.push(number) }
        queue.close()
      } else {
        var seen: [Int] = []
        while let number = queue.pop() { seen.append(number) }
        #expect(seen == Array(0..<1000))
      }
    }
  }

  @Test func `a cancelled queue frees a blocked producer and drops its elements`() {
    let queue = WorkQueue<Int>(capacity: 1)
    #expect(queue.push(1))
    Parallel.run(workers: 2) { worker in
      if worker == 0 { queue.cancel() } else { #expect(!queue.push(2)) }
    }
    #expect(queue.pop() == nil)
  }

  @Test func `a pulse beats until it says that it is done, or is let go`() {
    let beats = WorkQueue<Int>(capacity: 100)
    let left = WorkQueue<Int>(capacity: 3)
    for number in [1, 2, 3] { left.push(number) }
    left.close()
    var pulse: Pulse? = Pulse(after: 1) {
      let number = left.pop()
      beats.push(number ?? 0)
      return number
    }
    #expect((0..<4).map { _ in beats.pop() } == [1, 2, 3, 0])
    pulse = nil
    beats.close()
    #expect(beats.pop() == nil)
    // One that would beat in an hour ends at once.
    pulse = Pulse(after: 3_600_000) { nil }
    #expect(pulse != nil)
    pulse = nil
  }
}
