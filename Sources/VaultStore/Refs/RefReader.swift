import VaultCore
import VaultFiles

/// Reads commits, lines and evidence of one ref; belongs to one thread.
public final class RefReader {
  public let index: RefIndex
  /// The reader of the ref's objects.
  public let objects: ObjectReader
  private let merkle = MerkleHasher()
  private var lines: [Int: [UInt8]] = [:]
  private var heldBytes = 0
  private var held: [Int] = []
  private var commits: [Int: Commit] = [:]
  private static let linesLimit = 16 << 20

  public init(_ index: RefIndex) {
    self.index = index
    objects = ObjectReader(index.folder, index)
  }

  /// The commit with a sequence; decoded from bytes that hash to its id, its signatures not checked.
  public func commit(_ sequence: Int) throws -> (ObjectID, Commit) {
    guard let record = index.commit(sequence) else {
      throw StoreError(.notFound, "\(index.ref) has no commit \(sequence)")
    }
    if let found = commits[sequence] { return (record.id, found) }
    let commit = try document(Commit.self, record.id)
    if commits.count > 4096 { commits = [:] }
    commits[sequence] = commit
    return (record.id, commit)
  }

  /// The newest commit; nil for a ref without one.
  public func tip() throws -> (ObjectID, Commit)? {
    try index.sequence == 0 ? nil : commit(index.sequence)
  }

  /// A document of the ref by its id.
  public func document<T: VaultDocument>(_ type: T.Type, _ id: ObjectID) throws -> T {
    let bytes = try objects.read(id, limit: Limits.documentBytes)
    do {
      return try T(decoding: bytes)
    } catch {
      throw StoreError.damaged("\(T.documentType) \(id.hex)", error)
    }
  }

  /// The blob of lines that a commit added, checked against its commit.
  public func addedLines(_ sequence: Int) throws -> [UInt8] {
    if let found = lines[sequence] { return found }
    let bytes = try objects.read(try commit(sequence).1.lines, limit: Limits.linesBlobBytes)
    heldBytes += bytes.count
    held.append(sequence)
    lines[sequence] = bytes
    while heldBytes > Self.linesLimit, held.count > 1 {
      heldBytes -= lines.removeValue(forKey: held.removeFirst())?.count ?? 0
    }
    return bytes
  }

  /// How many bytes the lines have that a commit added, LFs included, as the heads of their blocks say it.
  public func addedBytes(_ sequence: Int) throws -> UInt64 {
    guard let record = index.commit(sequence) else {
      throw StoreError(.notFound, "\(index.ref) has no commit \(sequence)")
    }
    return try objects.length(at: record.lines)
  }

  /// The line's bytes that a path record points to, without the LF.
  public func lineBytes(_ record: PathRecord) throws -> [UInt8] {
    let blob = try addedLines(record.sequence)
    let end = record.lineOffset + record.lineLength
    guard end < blob.count, blob[end] == 0x0A, record.lineOffset == 0 || blob[record.lineOffset - 1] == 0x0A
    else {
      throw staleIndex()
    }
    return Array(blob[record.lineOffset..<end])
  }

  /// The entry that a path record points to.
  public func entry(_ record: PathRecord) throws -> Entry {
    let bytes = try lineBytes(record)
    let line: Line
    do { line = try Line(decoding: bytes) } catch {
      throw StoreError.damaged("\(index.ref) leaf \(record.leaf)", error)
    }
    guard case .entry(let entry) = line, Array(entry.path.text.utf8) == record.path else {
      throw staleIndex()
    }
    return entry
  }

  private func staleIndex() -> StoreError {
    StoreError(
      .damaged, "the index of \(index.ref) does not fit its packs",
      hint: "delete the vault's 'index' folder; it is rebuilt")
  }

  /// The period's opening line.
  public func opening() throws -> PeriodOpening {
    let blob = try addedLines(1)
    guard let end = blob.firstIndex(of: 0x0A),
      case .open(let opening)? = try? Line(decoding: Array(blob[..<end]))
    else {
      throw StoreError(.damaged, "\(index.ref) does not begin with its opening", hint: "run 'vault fsck'")
    }
    return opening
  }

  /// The proof that leaf `leaf` is in the tree of the newest commit.
  public func inclusionProof(leaf: UInt64) throws -> InclusionProof {
    guard let frontier = index.head?.frontier else {
      throw StoreError(.notFound, "\(index.ref) has no leaf \(leaf)")
    }
    return try inclusionProof(leaf: leaf, count: index.count, root: frontier.root(merkle))
  }

  /// The proof that leaf `leaf` is in the tree of a commit of the ref.
  package func inclusionProof(leaf: UInt64, in commit: Commit) throws -> InclusionProof {
    try inclusionProof(leaf: leaf, count: UInt64(commit.count), root: commit.root)
  }

  private func inclusionProof(leaf: UInt64, count: UInt64, root: MerkleHash) throws -> InclusionProof {
    guard leaf < count, count <= index.count else {
      throw StoreError(.notFound, "\(index.ref) has no leaf \(leaf)")
    }
    let proof = try InclusionProof.make(index: leaf, treeSize: count, merkle, subtree: subtree)
    // The index is derived; only what it leads to under the root counts.
    guard proof.root(leaf: try subtree(0, leaf), merkle) == root else { throw staleIndex() }
    return proof
  }

  /// The bytes of the line that is leaf `leaf`, without its LF.
  package func lineBytes(leaf: UInt64) throws -> [UInt8] {
    guard leaf < index.count else { throw StoreError(.notFound, "\(index.ref) has no leaf \(leaf)") }
    var found: [UInt8] = []
    try forEachLine(from: leaf, through: leaf) { found = Array($0) }
    return found
  }

  /// A perfect subtree's hash: from the index, from smaller ones, or for small ones from the lines.
  private func subtree(_ level: Int, _ place: UInt64) throws -> Digest {
    if level >= NodeRecord.lowestLevel {
      if let known = index.node(level, place) { return known }
      return merkle.node(try subtree(level - 1, place * 2), try subtree(level - 1, place * 2 + 1))
    }
    var range = CompactRange()
    try forEachLine(from: place << UInt64(level), through: (place + 1) << UInt64(level) - 1) { line in
      range.append(merkle.leaf(line), merkle)
    }
    return range.root(merkle).digest
  }

  /// Gives the lines of leaves `first` to `last` to `body`, without their LF.
  private func forEachLine(from first: UInt64, through last: UInt64, _ body: (UnsafeRawBufferPointer) -> Void)
    throws
  {
    var leaf = first
    while leaf <= last {
      guard let sequence = index.sequence(ofLeaf: leaf), let record = index.commit(sequence) else {
        throw staleIndex()
      }
      let blob = try addedLines(sequence)
      guard record.firstLeaf <= leaf else { throw staleIndex() }
      var number = record.firstLeaf
      blob.withBytes { raw in
        var start = 0
        while start < raw.count, number <= last {
          let rest = UnsafeRawBufferPointer(rebasing: raw[start...])
          let length = LineFeeds.first(in: rest) ?? rest.count
          if number >= leaf { body(UnsafeRawBufferPointer(rebasing: rest[..<length])) }
          start += length + 1
          number += 1
        }
      }
      guard number > leaf else { throw staleIndex() }
      leaf = number
    }
  }

  /// The line of a ref that named commit `sequence`, with the signatures over it.
  public func refLine(_ sequence: Int) throws -> RefLine {
    guard let record = index.commit(sequence) else {
      throw StoreError(.notFound, "\(index.ref) has no commit \(sequence)")
    }
    let path = index.vault.refFile(index.ref)
    let file = try File(index.vault.files, path: path, mode: [.read, .noFollow, .noWait])
    guard record.refLineStart <= UInt64(Int64.max), record.refLineLength <= Limits.refLineBytes + 1 else {
      throw staleIndex()
    }
    let bytes = try file.readFully(at: Int64(record.refLineStart), count: record.refLineLength)
    do {
      guard let line = bytes.last == 0x0A ? Array(bytes.dropLast()) : nil else {
        throw FormatError(.truncated, "the line ends early")
      }
      return try line.withBytes { raw throws(FormatError) in try RefLine(decoding: raw, kind: .commit) }
    } catch let error as FormatError {
      throw StoreError.damaged(path, error)
    }
  }
}
