import VaultFiles

/// Sorts in place, without the second copy that the standard library's stable sort needs: records begin with
/// their key, whose bytes are spread evenly as a rule.
package enum RadixSort {
  @inlinable package static var small: Int { 48 }

  /// Sorts `records` by `less`, which compares the first `keyLength` bytes of a record in memory first.
  @inlinable package static func sort<R>(
    _ records: UnsafeMutableBufferPointer<R>, keyLength: Int, by less: (R, R) -> Bool
  ) {
    sort(records, depth: 0, keyLength, less)
  }

  /// The same on several cores, with as much memory again.
  package static func sort<R: Sendable & BitwiseCopyable>(
    _ records: UnsafeMutableBufferPointer<R>, keyLength: Int, workers: Int,
    by less: @Sendable (R, R) -> Bool
  ) {
    guard workers > 1, records.count > large else { return sort(records, keyLength: keyLength, by: less) }
    // Records that change places in one array wait for memory at each step; into another one they are put down in order.
    let copies = UnsafeMutableBufferPointer<R>.allocate(capacity: records.count)
    defer { copies.deallocate() }
    let ends = scatter(records, to: copies)
    // The parts lie apart, and all threads are joined before this returns.
    nonisolated(unsafe) let (whole, parts) = (records, copies)
    Parallel.forEach(256, workers: workers) { value in
      let part = ends[value]..<ends[value + 1]
      let mine = UnsafeMutableBufferPointer(rebasing: parts[part])
      sort(mine, depth: 1, keyLength, less)
      _ = UnsafeMutableBufferPointer(rebasing: whole[part]).update(fromContentsOf: mine)
    }
  }

  /// Puts records down by their first byte; gives the bounds of the 256 parts.
  private static func scatter<R: BitwiseCopyable>(
    _ records: UnsafeMutableBufferPointer<R>, to copies: UnsafeMutableBufferPointer<R>
  ) -> [Int] {
    var ends = [Int](repeating: 0, count: 257)
    for index in records.indices { ends[byte(records, index, 0) + 1] += 1 }
    for value in 0..<256 { ends[value + 1] += ends[value] }
    var next = ends
    for index in records.indices {
      let value = byte(records, index, 0)
      copies.initializeElement(at: next[value], to: records[index])
      next[value] += 1
    }
    return ends
  }

  /// Up to so many, threads cost more than they save.
  private static var large: Int { 1 << 15 }

  @inlinable package static func sort<R>(
    _ records: UnsafeMutableBufferPointer<R>, depth: Int, _ keyLength: Int, _ less: (R, R) -> Bool
  ) {
    if records.count <= small || depth == keyLength {
      if records.count <= small { return insertion(records, less) }
      var rest = records
      return rest.sort(by: less)
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 513) { space in
      distribute(records, depth: depth, space)
      for value in 0..<256 where space[value + 1] - space[value] > 1 {
        sort(part(records, space, value), depth: depth + 1, keyLength, less)
      }
    }
  }

  /// Brings together the records with the same byte at `depth`, in the order of these bytes. Of the 513 numbers in
  /// `space`, the first 257 become the bounds of the 256 parts.
  @inlinable package static func distribute<R>(
    _ records: UnsafeMutableBufferPointer<R>, depth: Int, _ space: UnsafeMutableBufferPointer<Int>
  ) {
    space.initialize(repeating: 0)
    let ends = UnsafeMutableBufferPointer(rebasing: space[..<257])
    let next = UnsafeMutableBufferPointer(rebasing: space[257...])
    for index in records.indices { ends[byte(records, index, depth) + 1] += 1 }
    for value in 0..<256 {
      next[value] = ends[value]
      ends[value + 1] += ends[value]
    }
    for value in 0..<256 {
      while next[value] < ends[value + 1] {
        let home = byte(records, next[value], depth)
        if home != value { records.swapAt(next[value], next[home]) }
        next[home] += 1
      }
    }
  }

  @inlinable package static func part<R>(
    _ records: UnsafeMutableBufferPointer<R>, _ ends: UnsafeMutableBufferPointer<Int>, _ value: Int
  ) -> UnsafeMutableBufferPointer<R> {
    UnsafeMutableBufferPointer(rebasing: records[ends[value]..<ends[value + 1]])
  }

  @inlinable package static func byte<R>(_ records: UnsafeMutableBufferPointer<R>, _ index: Int, _ depth: Int)
    -> Int
  {
    let raw = UnsafeRawBufferPointer(records)
    return Int(raw[index * MemoryLayout<R>.stride + depth])
  }

  @inlinable package static func insertion<R>(
    _ records: UnsafeMutableBufferPointer<R>, _ less: (R, R) -> Bool
  ) {
    for index in records.indices.dropFirst() {
      let record = records[index]
      var place = index
      while place > 0, less(record, records[place - 1]) {
        records[place] = records[place - 1]
        place -= 1
      }
      records[place] = record
    }
  }
}
