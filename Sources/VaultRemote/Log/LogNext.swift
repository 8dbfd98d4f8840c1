import VaultCore
import VaultFiles
import VaultStore

/// What a remote is about to accept, synced before the leaf is (docs/protocol.md §5.1): the leaf, and the ref line that
/// is to follow it. A server that finds the leaf at the end of its log and not the line writes the line from here; one
/// that does not find the leaf forgets it, since nothing was accepted.
///
/// There is one such file, so the log's lock is held from ``store(_:)`` until the ref line is durable. The line's `torn`
/// and `residue` are those of its making: whoever writes it after a crash explains what stands before it then.
public struct LogNext: VaultDocument, Hashable {
  public static let documentType = "next"

  /// The leaf's bytes.
  public let leaf: [UInt8]
  /// The ref line's bytes, without its line end.
  public let line: [UInt8]
  /// The ref file that the line belongs to.
  public let subject: ChainName

  public init(leaf: LogLeaf, line: RefLine) {
    self.leaf = leaf.encoded()
    self.line = line.encoded()
    subject = leaf.subject
  }

  public init(members m: inout Members) throws(FormatError) {
    leaf = Array(try m.text("leaf", limit: LogLeaf.limit).utf8)
    line = Array(try m.text("line", limit: Limits.refLineBytes).utf8)
    let ref = try m.text("ref")
    guard let subject = ChainName(ref) else { throw m.bad("ref", "is neither a ref name nor \"trust\"") }
    self.subject = subject
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("leaf", .string(String(decoding: leaf, as: UTF8.self))),
      ("line", .string(String(decoding: line, as: UTF8.self))), ("ref", .string(subject.description)),
    ]
  }
}

extension LogNext {
  /// What is kept; nil where nothing is. The caller holds the log's lock, as a ``RemoteLogWriter`` does.
  ///
  /// Throws `damaged` for bytes that are none.
  public static func load(_ vault: VaultFolder) throws -> LogNext? {
    let folder = LogFolder(vault)
    guard let bytes = try folder.files.readIfThere(folder.next, limit: Limits.documentBytes) else {
      return nil
    }
    do throws(FormatError) {
      return try LogNext(decoding: bytes)
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

  /// Whether the log that `writer` found ends with the leaf, so that the ref line is owed.
  public func isAccepted(by writer: RemoteLogWriter) -> Bool { writer.last?.encoded() == leaf }

  /// The leaf as one reads it, and the line.
  ///
  /// Throws `FormatError` or `LogError` where either is none.
  public func decoded() throws -> (leaf: LogLeaf, line: RefLine) {
    let leaf = try self.leaf.withBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
    let kind: RefLine.Kind = subject == .trust ? .trust : .commit
    return (leaf, try line.withBytes { raw throws(FormatError) in try RefLine(decoding: raw, kind: kind) })
  }
}
