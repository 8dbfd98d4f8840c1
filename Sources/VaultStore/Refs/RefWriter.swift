import VaultCore
import VaultFiles

/// Adds commits to a ref, one writer at a time: the packs are made durable, then the ref line, which is the
/// commit point. Holds the lock of the period's packs while it lives.
public final class RefWriter {
  /// The ref as the writer found it under the lock.
  public let index: RefIndex
  let vault: VaultFolder
  private let lock: SharedFile
  let isNew: Bool

  /// Waits for the period's lock and reads what other writers have added. With `creating`, the ref must not
  /// exist; without it, it must. `finishing`: the lines that will be written are known to have been accepted, so that packs
  /// without lines are no sign of a loss. `known` is the ref as the caller read it before.
  public init(
    _ vault: VaultFolder, _ ref: RefName, creating: Bool = false, finishing: Bool = false,
    known: RefIndex? = nil
  ) throws {
    self.vault = vault
    let packs = vault.packs(ref.period)
    isNew = creating
    if creating {
      try vault.files.makeDirectories(packs)
      try vault.files.makeDirectories(Paths.parent(vault.refFile(ref)))
    }
    guard try vault.files.exists(packs) else { throw StoreError(.notFound, "the vault has no \(ref)") }
    lock = try SharedFile(vault.files, path: packs, mode: .readDirectory)
    try lock.file.lock()
    StagingFolder(vault.files, vault.staging).removeAbandoned()
    StagedPacks(vault).removeAbandoned()
    if creating, try vault.files.exists(vault.refFile(ref)) == false {
      let folder = PackFolder(vault.files, path: packs)
      index = RefIndex(vault, ref, folder, segments: [], stored: 0, tail: RefTail())
    } else {
      let current = try known.flatMap { try $0.isCurrent(of: ref, in: vault) ? $0 : nil }
      let found = try current ?? RefIndex.open(vault, ref)
      index = try found.settled()
      // What is about to be committed may lean on objects that went with a lost line.
      if known != nil, index.sequence < found.sequence { throw FileError.lost(vault.refFile(ref)) }
    }
    if creating, index.sequence > 0 { throw StoreError(.exists, "\(ref) exists already") }
    if creating, !finishing { try LostCommits.check(index) }
  }

  /// What a commit adds.
  public struct Addition {
    /// The added lines, each without its LF.
    public var lines: [[UInt8]]
    /// Packs with the evidence that the lines name.
    public var evidence: [FinishedPack]
    /// Documents that the lines name.
    public var documents: [[UInt8]] = []
    /// What the lines say, each as it reads back, where the caller has seen to that.
    public var read: [Line]?

    public init(lines: [[UInt8]], evidence: [FinishedPack] = []) {
      self.lines = lines
      self.evidence = evidence
    }
  }

  /// What the store knows of a commit before it is signed.
  public struct Plan {
    public let ref: RefName
    public let vault: ObjectID
    public let sequence: Int
    public let parent: ObjectID?
    public let lines: ObjectID
    public let added: Int
    public let count: Int
    public let root: MerkleHash

    /// Whether a commit says what the store will hold.
    func describes(_ commit: Commit) -> Bool {
      commit.ref == ref && commit.vault == vault && commit.sequence == sequence && commit.parent == parent
        && commit.lines == lines && commit.added == added && commit.count == count && commit.root == root
    }
  }

  /// Commits: `make` gives the document for a plan, `sign` the signature documents over its bytes.
  public func commit(
    _ addition: Addition, make: (Plan) throws -> Commit, sign: ([UInt8]) throws -> [SignatureDocument]
  ) throws -> (ObjectID, Commit) {
    let blob = try Self.joined(addition.lines)
    let plan = self.plan(addition.lines, blob)
    let commit = try make(plan)
    guard plan.describes(commit) else {
      throw StoreError(.badInput, "the commit is not the one that was planned")
    }
    let bytes = commit.encoded()
    let signatures = try sign(bytes).map { $0.encoded() }
    let id = ObjectID(of: bytes)

    let log = try PackAssembler(.log, vault.files, staging: vault.staging)
    try log.append(objects: [bytes] + signatures + [blob] + addition.documents, BlockCoder())
    let logPack = try log.finish()

    let packs = addition.evidence + [logPack]
    let unplaced = UnplacedLine(
      kind: .commit, document: id, sequence: commit.sequence, signatures: signatures.map { ObjectID(of: $0) })
    var placer = try makePlacer()
    let residue = try placer.residue()
    let line = unplaced.placed(
      try placer.write(packs.map(\.loose)), previous: previous, torn: index.tail.torn, residue: residue)
    try RefAppender.check(line)
    let record = RefRecord(line, after: index.tail)
    let byID = Dictionary(line.packs.map { ($0.pack, $0) }, uniquingKeysWith: { first, _ in first })
    let contents = packs.compactMap { pack in byID[pack.id].map { pack.contents(at: $0) } }
    let step = IndexStep(
      id: id, commit: commit, record: record, packs: contents, lines: blob, read: addition.read)
    // The index of many lines is made while the disk works, and written once the commit stands.
    let (_, made) = try Parallel.both(onThread: commit.added >= Self.manyLines) {
      try placer.sync()
      var appended = try AppendedLine(
        record, to: vault.refFile(index.ref), after: index.tail, isNew: isNew, vault.files)
      try appended.sync()
    } and: { [index] in
      Self.segment(step, after: index)
    }
    if let made { keep(made) }
    return (id, commit)
  }

  private static let manyLines = 32

  /// Places packs and appends the line that names them, which stands once it is synced.
  func begin(
    _ unplaced: UnplacedLine, _ packs: [LoosePack], approve: (RefLine) throws -> Void = { _ in }
  ) throws -> AppendedLine {
    var placer = try makePlacer()
    let residue = try placer.residue()
    let line = unplaced.placed(
      try placer.place(packs), previous: previous, torn: index.tail.torn, residue: residue)
    // Before anybody approves it: what is approved must be written.
    try RefAppender.check(line)
    try approve(line)
    return try AppendedLine(
      RefRecord(line, after: index.tail), to: vault.refFile(index.ref), after: index.tail, isNew: isNew,
      vault.files)
  }

  /// A placer for packs, where the index can be relied on.
  func makePlacer() throws -> PackPlacer {
    _ = try index.sound()
    return try PackPlacer(index.folder, claimed: try index.claimedEnds())
  }

  /// Appends whole lines with their line ends in one piece, and makes them durable.
  func appendLines(_ lines: [UInt8]) throws {
    var appended = try AppendedBytes(
      lines, to: vault.refFile(index.ref), after: index.tail, isNew: isNew, vault.files)
    try appended.sync()
  }

  /// What the next line follows.
  var previous: ObjectID { index.head.map { ObjectID($0.lineHash) } ?? vault.id }

  /// The blob of a commit's lines. Throws ``StoreError`` where they are too many or too long.
  package static func joined(_ lines: [[UInt8]]) throws -> [UInt8] {
    guard !lines.isEmpty, lines.count <= Limits.linesPerCommit else {
      throw StoreError(
        .badInput, "a commit adds 1 to \(Limits.linesPerCommit) lines, not \(lines.count)", hint: inParts)
    }
    var blob: [UInt8] = []
    blob.reserveCapacity(lines.reduce(0) { $0 + $1.count + 1 })
    for line in lines {
      guard line.count <= Limits.lineBytes else {
        throw StoreError(.badInput, "a line is over \(Limits.lineBytes) bytes")
      }
      blob.append(contentsOf: line)
      blob.append(0x0A)
    }
    guard blob.count <= Limits.linesBlobBytes else {
      throw StoreError(
        .badInput, "the lines of a commit have at most \(Limits.linesBlobBytes) bytes, not \(blob.count)",
        hint: inParts)
    }
    return blob
  }

  private static let inParts = "commit it in parts"

  private func plan(_ lines: [[UInt8]], _ blob: [UInt8]) -> Plan {
    let hasher = MerkleHasher()
    var frontier = index.frontier
    for line in lines { frontier.append(hasher.leaf(line), hasher) }
    return Plan(
      ref: index.ref, vault: vault.id, sequence: index.sequence + 1, parent: index.tip,
      lines: ObjectID(of: blob),
      added: lines.count, count: Int(frontier.end), root: frontier.root(hasher))
  }

  /// The commit stands; what follows is derived, and a failure costs only time.
  func extendIndex(_ step: IndexStep) {
    if let made = Self.segment(step, after: index) { keep(made) }
  }

  private func keep(_ made: IndexSegment) {
    IndexFiles.write(made, after: Array(index.segments.prefix(index.stored)), vault)
  }

  /// The index segment of a commit; nil where none can be made.
  private static func segment(_ step: IndexStep, after index: RefIndex) -> IndexSegment? {
    guard let index = try? index.sound() else { return nil }
    var appender = IndexAppender(after: index)
    guard (try? appender.append(step)) != nil, let made = try? appender.segment() else { return nil }
    guard index.segments.count > index.stored, let tail = index.segments.last else { return made }
    // Lines that no segment on disk covered yet go into the same new segment.
    var head = made.head
    head.firstSequence = tail.head.firstSequence
    return IndexTables(merging: [tail, made]).flatMap {
      IndexSegment(.memory($0.encoded(head)), vault: index.vault.id, ref: index.ref)
    }
  }
}

/// Appends lines to ref files.
enum RefAppender {
  /// Ends a torn line where there is one, appends `line`, and makes both durable. The caller holds the lock.
  static func append(
    _ line: RefLine, to path: String, after tail: RefTail, isNew: Bool, _ files: any FileLayer
  ) throws -> RefRecord {
    try check(line)
    let record = RefRecord(line, after: tail)
    var appended = try AppendedLine(record, to: path, after: tail, isNew: isNew, files)
    try appended.sync()
    return record
  }
}

extension RefRecord {
  /// The record of a line that is appended after `tail`.
  init(_ line: RefLine, after tail: RefTail) {
    let body = line.encoded() + [0x0A]
    let start = tail.length + UInt64(tail.endMark.count)
    self.init(line: line, start: start, end: start + UInt64(body.count), hash: Digest.of(body))
  }
}

extension RefTail {
  /// What ends a torn line before another is appended.
  fileprivate var endMark: [UInt8] { isOpen ? [RefScanner.tornMark, 0x0A] : [] }
}

/// A line at the end of a ref file, which stands once it is synced.
struct AppendedLine: ~Copyable {
  let record: RefRecord
  private var bytes: AppendedBytes

  /// Ends a torn line where there is one, and appends the line of `record`. The caller holds the lock and has checked
  /// that the line can be read.
  init(
    _ record: RefRecord, to path: String, after tail: RefTail, isNew: Bool, _ files: any FileLayer
  ) throws {
    self.record = record
    bytes = try AppendedBytes(
      record.line.encoded() + [0x0A], to: path, after: tail, isNew: isNew, files)
    guard bytes.start == record.start else { preconditionFailure("a line stands where its record says") }
  }

  /// Makes the line durable: the commit point.
  mutating func sync() throws(FileError) { try bytes.sync() }
}

/// Whole lines at the end of a ref file, which stand once they are synced.
struct AppendedBytes: ~Copyable {
  /// Where the first line begins.
  let start: UInt64
  private var file: DurableAppender

  /// Ends a torn line where there is one, and appends `lines`, each with its line end. The caller holds the lock.
  init(
    _ lines: [UInt8], to path: String, after tail: RefTail, isNew: Bool, _ files: any FileLayer
  ) throws {
    var file = try DurableAppender(files, path: path, create: isNew, syncName: isNew)
    guard UInt64(file.end) == tail.length else {
      throw StoreError(.refused, "\(path) changed while it was locked", hint: "try again")
    }
    // The torn bytes first: the line gives their hash, so no power cut may take them once it stands.
    if !tail.torn.isEmpty { try file.sync() }
    let mark = tail.endMark
    start = UInt64(try file.append(mark + lines)) + UInt64(mark.count)
    self.file = file
  }

  /// Makes the lines durable: the commit point.
  mutating func sync() throws(FileError) { try file.sync() }
}
