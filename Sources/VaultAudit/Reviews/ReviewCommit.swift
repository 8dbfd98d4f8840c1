import VaultCore
import VaultSigning
import VaultStore

/// Adds lines to the reviews of a period: reconciliations, draws and results. The first commit makes the ref.
public struct ReviewCommit {
  /// What was committed.
  public struct Result: Sendable {
    public let commit: ObjectID
    public let sequence: Int
    /// The leaf of the first line that was added.
    public let firstLeaf: Int
  }

  public let vault: OpenVault
  public let period: String
  /// The author first, then co-signers.
  public let signers: [any Signer]
  public let message: String
  /// Now, by the caller's clock.
  public let time: Timestamp

  public init(vault: OpenVault, period: String, signers: [any Signer], message: String, time: Timestamp) {
    self.vault = vault
    self.period = period
    self.signers = signers
    self.message = message
    self.time = time
  }

  /// Throws `TrustError` where the signers may not add the line; nothing is written.
  public func check(_ line: Line) throws {
    try writing.permit(.reviews(period)).check(line)
  }

  /// Commits lines; `objects` are packs with what they name.
  ///
  /// Throws `TrustError` where the signers may not, `StoreError` with `badInput` for a line that cannot be written.
  public func run(_ lines: [Line], objects: [FinishedPack] = []) throws -> Result {
    // Before the writer makes a file: who may not add anything leaves nothing behind.
    let permit = try writing.permit(.reviews(period))
    for line in lines { try permit.check(line) }
    var addition = RefWriter.Addition(lines: try lines.map(Self.encoded), evidence: objects)
    addition.read = lines
    // The lines name leaves of the period: no power cut may take those afterwards.
    try vault.folder.makeDurable(vault.folder.refFile(.period(period)))
    let (id, commit) = try writing.commit(addition, lines: lines, to: writer())
    return Result(commit: id, sequence: commit.sequence, firstLeaf: commit.count - commit.added)
  }

  private static func encoded(_ line: Line) throws -> [UInt8] {
    do throws(FormatError) { return try line.checkedEncoding() } catch {
      throw StoreError(.badInput, "the line cannot be written: \(error.reason)")
    }
  }

  private func writer() throws -> RefWriter {
    let ref = RefName.reviews(period)
    guard try vault.reviews(period) == nil else { return try RefWriter(vault.folder, ref) }
    do {
      return try RefWriter(vault.folder, ref, creating: true)
    } catch let error as StoreError {
      guard error.code == .exists else { throw error }
      // Somebody else was quicker.
      return try RefWriter(vault.folder, ref)
    }
  }

  private var writing: CommitWriting {
    CommitWriting(vault: vault, signers: signers, time: time, message: message)
  }
}

extension OpenVault {
  /// A reader of a period's reviews; nil where it has none.
  public func reviews(_ period: String) throws -> RefReader? {
    let index = try RefIndex.openOrNew(folder, .reviews(period))
    return index.sequence == 0 ? nil : RefReader(index)
  }
}
