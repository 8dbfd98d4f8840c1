import VaultCore
import VaultFiles
import VaultStore

/// Ref lines whose packs are in the vault, and which stand once the remote's log has their leaves.
public struct PendingLines: Sendable {
  public let ref: ChainName
  /// Each line's bytes without its LF, in order; at least one.
  public let lines: [[UInt8]]

  public init(ref: ChainName, lines: [[UInt8]]) {
    self.ref = ref
    self.lines = lines
  }

  init(_ ref: ChainName, _ lines: [RefLine]) { self.init(ref: ref, lines: lines.map { $0.encoded() }) }

  /// The lines as one reads them.
  ///
  /// - Throws: ``Refusal`` with `failed` for bytes that are none.
  func decoded() throws(Refusal) -> [RefLine] {
    do throws(FormatError) {
      return try lines.map { bytes throws(FormatError) in
        try bytes.withBytes { raw throws(FormatError) in try RefLine(decoding: raw, kind: ref.kind) }
      }
    } catch {
      throw Refusal(.failed, "the line that was to be written cannot be read: \(error.reason)")
    }
  }

  /// Writes the lines that do not stand yet; for a server that starts again and finds leaves in the log.
  ///
  /// - Parameter due: how many of the lines, from the first on, have their leaf; asked under the ref's lock.
  /// - Throws: ``Refusal`` with `failed` where the vault is not as it was when the lines were made.
  public func finish(_ vault: VaultFolder, due: () throws -> Int) throws {
    try Refusal.ofFailures {
      let lines = try decoded()
      guard let first = lines.first else { return }
      switch ref {
      case .trust: try TrustStore(vault).finish(first) { try due() > 0 }
      case .ref(let name):
        let writer = try Self.writer(vault, name, first)
        try writer.finish(Array(lines.prefix(try due())))
      }
    }
  }

  /// Writes all lines that do not stand yet.
  public func finish(_ vault: VaultFolder) throws { try finish(vault) { lines.count } }

  private static func writer(_ vault: VaultFolder, _ name: RefName, _ line: RefLine) throws -> RefWriter {
    guard try line.sequence == 1 && RefIndex.openOrNew(vault, name).sequence == 0 else {
      return try RefWriter(vault, name)
    }
    do {
      return try RefWriter(vault, name, creating: true, finishing: true)
    } catch let error as StoreError {
      guard error.code == .exists else { throw error }
      // Its own writer was alive, and has ended it while this waited for the lock.
      return try RefWriter(vault, name)
    }
  }
}
