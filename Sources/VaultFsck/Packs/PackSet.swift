import VaultCore
import VaultFiles
import VaultStore

/// The packs of one area whose bytes are to be checked, with the objects that their footers name.
struct PackSet: Sendable {
  let area: Area
  let tables: [RefTable]
  /// In the order of their places.
  let packs: [PackClaim]
  /// For each pack whether its footer cannot be read.
  let isBroken: [Bool]
  let folder: PackFolder
  let table: ObjectTable

  /// The packfile of a pack.
  func file(_ claim: PackClaim) throws(FileError) -> SharedFile { try folder.file(Int(claim.file)) }

  /// Whether `user` may build on what `base` holds: named by the same ref, not later.
  func mayUse(_ base: PackClaim, from user: PackClaim) -> Bool {
    base.ref == user.ref && base.line <= user.line
  }

  /// The object named by a footer.
  func object(_ id: ObjectID, _ pack: Int, _ block: UInt64, _ ordinal: Int) -> Int? {
    table.find(id, pack: pack, block: block, ordinal: ordinal)
  }
}
