import VaultCore
import VaultFiles

/// One more line of a ref as somebody else made it, with packs that nobody has looked at yet.
package struct Addition: Sendable {
  /// A pack in a file of its own, or in one with all packs of several lines.
  package struct Pack: Sendable {
    package let id: ObjectID
    /// The pack's bytes.
    package let length: UInt64
    package let file: SharedFile
    /// Where in the file it begins.
    package let offset: UInt64

    package init(id: ObjectID, length: UInt64, file: SharedFile, offset: UInt64 = 0) {
      self.id = id
      self.length = length
      self.file = file
      self.offset = offset
    }
  }

  /// The commit or trust document.
  package let document: ObjectID
  package let sequence: Int
  package let signatures: [ObjectID]
  package let packs: [Pack]

  package init(document: ObjectID, sequence: Int, signatures: [ObjectID], packs: [Pack]) {
    self.document = document
    self.sequence = sequence
    self.signatures = signatures
    self.packs = packs
  }
}

/// What the check of additions came to.
package struct AdditionVerdict: Sendable {
  /// What was found; anything speaks against the additions.
  package let outcome: Outcome
  /// The commits, where nothing was found; none of a trust document.
  package let commits: [Commit]
}
