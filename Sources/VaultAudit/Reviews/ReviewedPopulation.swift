import VaultCore
import VaultStore

/// A population that reviews speak about: the entry that stands at a path, with the leaf and hash by which they name it.
public struct ReviewedPopulation {
  public let reader: RefReader
  public let record: PathRecord
  public let entry: Entry
  /// The entry's line, without its LF.
  public let line: [UInt8]
  public let reference: PopulationReference

  /// Throws `StoreError` with `badInput` for an entry that is no population.
  public init(_ reader: RefReader, _ record: PathRecord, _ entry: Entry) throws {
    guard let population = entry.population else {
      throw StoreError(.badInput, "\(entry.path) is no population", hint: "commit it with --kind population")
    }
    self.reader = reader
    self.record = record
    self.entry = entry
    line = try reader.lineBytes(record)
    reference = PopulationReference(
      path: entry.path, revision: entry.revision, leaf: Int(record.leaf),
      hash: MerkleHash(MerkleHasher().leaf(line)), count: population.count, root: population.root)
  }
}
