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
  let files: PackFiles
  let table: ObjectTable

  /// The file that a pack lies in.
  func file(_ claim: PackClaim) throws(FileError) -> SharedFile { try files.file(claim) }

  /// The pack that holds an object; for what an index found, the packfile as far as earlier lines name it.
  func claim(of record: ObjectRecord) -> PackClaim {
    let number = Int(record.pack)
    return number < packs.count ? packs[number] : table.earlier.claims[number - packs.count]
  }

  /// The pack that holds an object of the table.
  func claim(_ object: Int) -> PackClaim { claim(of: table.record(object)) }

  /// Says that a ref needs an object, and so any copy of it that the ref has. Only from one thread at a time.
  func refer(_ object: Int) {
    let ref = claim(object).ref
    for copy in table.range(table.record(object).id) where claim(copy).ref == ref { table.refer(copy) }
  }

  /// The object named by a footer.
  func object(_ id: ObjectID, _ pack: Int, _ block: UInt64, _ ordinal: Int) -> Int? {
    table.find(id, pack: pack, block: block, ordinal: ordinal)
  }
}
