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

  @inlinable package static func sort<R>(
    _ records: UnsafeMutableBufferPointer<R>, depth: Int, _ keyLength: Int, _ less: (R, R) -> Bool
  ) {
    if records.count <= small || depth == keyLength {
      if records.count <= small { return insertion(records, less) }
      var rest = records
      return rest.sort(by: less)
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 513) { space in
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
      for value in 0..<256 where ends[value + 1] - ends[value] > 1 {
        let part = UnsafeMutableBufferPointer(rebasing: records[ends[value]..<ends[value + 1]])
        sort(part, depth: depth + 1, keyLength, less)
      }
    }
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
