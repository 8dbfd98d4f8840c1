import VaultCore
import VaultFiles
import VaultStore

/// What a remote is about to accept, synced before the leaves are (docs/protocol.md §5.1): the leaves, and the ref lines
/// that are to follow them. A server that finds some of the leaves at the end of its log and not their lines writes the
/// lines from here; one that finds none of the leaves forgets it, since nothing was accepted.
///
/// There is one such file, so the log's lock is held from ``store(_:)`` until the ref lines are durable. The first line's
/// `torn` and `residue` are those of its making: whoever writes it after a crash explains what stands before it then.
public struct LogNext: VaultDocument, Hashable {
  public static let documentType = "next"

  /// The leaves' bytes, in order; at least one.
  public let leaves: [[UInt8]]
  /// The ref lines' bytes, each of its leaf, without line ends.
  public let lines: [[UInt8]]
  /// The ref file that the lines belong to.
  public let subject: ChainName

  /// `leaves` with the line that follows each; all of one ref.
  public init(leaves: [LogLeaf], lines: [RefLine]) {
    precondition(leaves.count == lines.count && !leaves.isEmpty, "each leaf has its line")
    self.leaves = leaves.map { $0.encoded() }
    self.lines = lines.map { $0.encoded() }
    subject = leaves[0].subject
  }

  public init(members m: inout Members) throws(FormatError) {
    leaves = try m.texts("leaves", bytes: LogLeaf.limit)
    lines = try m.texts("lines", bytes: Limits.refLineBytes)
    guard leaves.count == lines.count, !leaves.isEmpty else {
      throw m.bad("lines", "are not one for each leaf")
    }
    let ref = try m.text("ref")
    guard let subject = ChainName(ref) else { throw m.bad("ref", "is neither a ref name nor \"trust\"") }
    self.subject = subject
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    func texts(_ list: [[UInt8]]) -> CanonicalValue {
      .array(list.map { .string(String(decoding: $0, as: UTF8.self)) })
    }
    return [("leaves", texts(leaves)), ("lines", texts(lines)), ("ref", .string(subject.description))]
  }

  /// The most bytes of such a file: a run's lines name its packs, as the question that offered it does.
  private static let limit = 16 << 20
}

extension Members {
  /// A list of at most as many texts as a run has lines.
  fileprivate mutating func texts(_ name: String, bytes: Int) throws(FormatError) -> [[UInt8]] {
    try array(name, limit: WireLimits.lines).map { item throws(FormatError) in
      guard case .string(let text) = item, text.utf8.count <= bytes else {
        throw bad(name, "has an element that is no text of at most \(bytes) bytes")
      }
      return Array(text.utf8)
    }
  }
}

extension LogNext {
  /// What is kept; nil where nothing is. The caller holds the log's lock, as a ``RemoteLogWriter`` does.
  ///
  /// Throws `damaged` for bytes that are none.
  public static func load(_ vault: VaultFolder) throws -> LogNext? {
    let folder = LogFolder(vault)
    guard let bytes = try folder.files.readIfThere(folder.next, limit: Self.limit) else {
      return nil
    }
    do throws(FormatError) {
      return try bytes.withBytes { raw throws(FormatError) in try LogNext(decoding: raw, limit: Self.limit) }
    } catch {
      throw LogError(.damaged, "\(folder.next): \(error.reason)")
    }
  }

  /// Keeps this in place of any other, durably. The caller holds the log's lock.
  public func store(_ vault: VaultFolder) throws {
    try LogFolder(vault).replace(LogFolder.nextName, encoded())
  }

  /// Forgets what is kept: the ref line is durable, or the leaf was never written.
  public static func clear(_ vault: VaultFolder) throws {
    let folder = LogFolder(vault)
    if try folder.files.exists(folder.next) { try folder.files.unlink(folder.next) }
  }

  /// How many of the leaves the log that `writer` found ends with: so many ref lines are owed.
  public func accepted(by writer: RemoteLogWriter) -> Int {
    guard let last = writer.last?.encoded(), let index = leaves.lastIndex(of: last) else { return 0 }
    return index + 1
  }

  /// The leaves as one reads them, and the lines.
  ///
  /// Throws `FormatError` or `LogError` where one is none.
  public func decoded() throws -> (leaves: [LogLeaf], lines: [RefLine]) {
    let kind: RefLine.Kind = subject == .trust ? .trust : .commit
    return (
      try leaves.map { try $0.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) } },
      try lines.map {
        try $0.withBytes { raw throws(FormatError) in try RefLine(decoding: raw, kind: kind) }
      }
    )
  }
}
