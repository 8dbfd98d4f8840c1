import VaultCore

/// The leaves of a commit that a later commit says to repudiate. What the index knows of it: readers hold it
/// against the line, and the line against the trust, before they believe it.
public struct RepudiatedRange: Hashable, Comparable, Sendable {
  /// The leaves of the repudiated commit.
  public let leaves: Range<UInt64>
  /// That commit's sequence.
  public let sequence: Int
  /// The sequence of the commit with the repudiate line.
  public let by: Int

  /// By first leaf, then by the commit that says so.
  public static func < (a: RepudiatedRange, b: RepudiatedRange) -> Bool {
    (a.leaves.lowerBound, a.by) < (b.leaves.lowerBound, b.by)
  }
}

extension RepudiatedRange {
  /// Puts the range in its place; what one commit says twice is kept once.
  func insert(into ranges: inout [RepudiatedRange]) {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle] < self { low = middle + 1 } else { high = middle }
    }
    if low == ranges.count || ranges[low] != self { ranges.insert(self, at: low) }
  }

  func append(to out: inout [UInt8]) {
    out.appendVarint(leaves.lowerBound)
    out.appendVarint(UInt64(leaves.count))
    out.appendVarint(UInt64(sequence))
    out.appendVarint(UInt64(by))
  }

  init(_ reader: inout ByteReader) throws(FormatError) {
    let first = UInt64(try reader.varint(max: CanonicalValue.maxInteger, "a leaf"))
    let count = UInt64(try reader.varint(max: Limits.linesPerCommit, "lines"))
    leaves = first..<first + count
    sequence = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
    by = try reader.varint(max: CanonicalValue.maxInteger, "sequence")
  }
}

extension RefIndex {
  /// What the ref's lines repudiate, ordered by first leaf, then by the commit that says so; nothing of it is
  /// verified.
  public var repudiated: [RepudiatedRange] { head?.repudiated ?? [] }

  /// The claims that leaf `leaf` does not count.
  public func repudiations(ofLeaf leaf: UInt64) -> ArraySlice<RepudiatedRange> {
    let all = repudiated
    var low = 0
    var high = all.count
    while low < high {
      let middle = (low + high) / 2
      if all[middle].leaves.upperBound <= leaf { low = middle + 1 } else { high = middle }
    }
    return all[low...].prefix { $0.leaves.contains(leaf) }
  }
}
