import VaultCore

/// Finds the paths of some of a blob's lines, without holding the blob.
struct LineNames {
  private struct Enough: Error {}

  /// The leaves whose paths are wanted, in order.
  var wanted: [Int] = []
  /// The paths that were found.
  private(set) var paths: [Int: EvidencePath] = [:]
  private var leaf: Int
  private var next = 0
  private var line: [UInt8] = []

  /// `first` is the leaf of the blob's first line.
  init(first: Int) { leaf = first }

  /// Reads the blob as far as it is needed; what cannot be read stays unnamed.
  mutating func read(_ record: ObjectRecord, _ source: BlockSource) {
    try? source.stream(record) { piece in
      try take(piece)
    }
  }

  private mutating func take(_ piece: UnsafeRawBufferPointer) throws {
    var rest = piece[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A)
      if next < wanted.count, wanted[next] == leaf, line.count <= Limits.lineBytes {
        line.append(contentsOf: rest[..<(end ?? rest.endIndex)].prefix(Limits.lineBytes + 1))
      }
      guard let end else { return }
      finishLine()
      if next == wanted.count { throw Enough() }
      rest = rest[(end + 1)...]
    }
  }

  private mutating func finishLine() {
    while next < wanted.count, wanted[next] <= leaf {
      if wanted[next] == leaf, case .entry(let entry)? = try? Line(decoding: line) {
        paths[leaf] = entry.path
      }
      next += 1
    }
    line = []
    leaf += 1
  }
}
