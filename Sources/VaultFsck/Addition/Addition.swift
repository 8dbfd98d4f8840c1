import VaultCore
import VaultFiles

/// One more line of a ref as somebody else made it, with packs that nobody has looked at yet.
package struct Addition: Sendable {
  /// A pack in a file of its own, which holds nothing else.
  package struct Pack: Sendable {
    package let id: ObjectID
    /// The file's bytes.
    package let length: UInt64
    package let file: SharedFile

    package init(id: ObjectID, length: UInt64, file: SharedFile) {
      self.id = id
      self.length = length
      self.file = file
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

/// What the check of an addition came to.
package struct AdditionVerdict: Sendable {
  /// What was found; anything speaks against the addition.
  package let outcome: Outcome
  /// The commit, where nothing was found.
  package let commit: Commit?
}
