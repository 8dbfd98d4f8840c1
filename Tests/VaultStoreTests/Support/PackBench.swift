import Synchronization
import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

/// Takes objects in without a vault around them, and reads the packs back.
struct PackBench {
  let files = MemoryFiles()
  let folder: PackFolder
  static let path = "/packs"

  init() throws {
    try files.makeDirectories(Self.path)
    try files.makeDirectories("/in")
    folder = PackFolder(files, path: Self.path)
  }

  /// A file with these bytes, ready to be taken in.
  func source(
    _ bytes: [UInt8], population: Bool = false, base: DeltaBase? = nil, basePlace: ObjectLocation? = nil
  ) throws -> IngestSource {
    let path = "/in/\(ObjectID(of: bytes).hex)-\(bytes.count)-\(population)"
    try files.writeNewFile(path, bytes, durable: false, replace: true)
    return IngestSource(.file(path), isPopulation: population, base: base, basePlace: basePlace)
  }

  func ingest(
    _ sources: [IngestSource], _ context: Ingest.Context = .empty, workers: Int = 1
  ) throws -> ([Ingested], FinishedPack?) {
    try Ingest.run(sources, context, files: files, staging: "/staging", workers: workers)
  }

  /// Puts a pack into the packfile `number` of its own.
  func place(_ pack: FinishedPack, as number: Int = 1) throws -> PackContents {
    let path = folder.path(number)
    if let staged = pack.spool.stagingFile {
      try files.rename(staged.path, path, replace: false)
      pack.spool.wasRenamed()
    } else {
      try files.writeNewFile(path, pack.spool.memory, durable: false)
    }
    return try folder.footer(
      RefLine.PackLocation(pack: pack.id, file: number, offset: 0, length: pack.length))
  }

  func reader(_ packs: [PackContents]) -> ObjectReader { ObjectReader(folder, PackLocator(packs)) }

  /// The object as several threads stream it.
  func streamed(_ id: ObjectID, _ packs: [PackContents], workers: Int) throws -> [UInt8] {
    let out = Mutex<[UInt8]>([])
    try LargeObject(folder, PackLocator(packs), BlockCache(limit: 1 << 20)).stream(id, workers: workers) {
      piece in
      out.withLock { $0.append(contentsOf: piece) }
    }
    return out.withLock { $0 }
  }

  /// A period that holds `packs` and nothing else.
  func context(_ packs: [PackContents]) -> Ingest.Context {
    let folder = folder
    return Ingest.Context(
      isKnown: { try ObjectReader(folder, PackLocator(packs)).contains($0) },
      makeReader: { ObjectReader(folder, PackLocator(packs)) })
  }

  /// The bytes of a packfile, and a way to read them spoiled.
  func bytes(of number: Int) throws -> [UInt8] {
    try files.readWholeFile(folder.path(number), limit: 1 << 30)
  }
}

extension ObjectReader {
  /// The object as `stream` gives it.
  func streamed(_ id: ObjectID) throws -> [UInt8] {
    var out: [UInt8] = []
    try stream(id) { out.append(contentsOf: $0) }
    return out
  }
}

/// The code of the store's error that `body` throws; nil if it throws none.
func code(_ body: () throws -> Void) -> StoreError.Code? {
  do {
    try body()
    return nil
  } catch let error as StoreError {
    return error.code
  } catch {
    Issue.record("not the store's error: \(error)")
    return nil
  }
}
