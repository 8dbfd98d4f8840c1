import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `A pack` {
  /// Takes contents in, and checks that ids are SHA-256 and that reading gives the bytes back.
  @discardableResult
  private func roundTrip(_ contents: [[UInt8]], workers: Int = 1) throws -> (PackBench, PackContents) {
    let bench = try PackBench()
    let (results, pack) = try bench.ingest(try contents.map { try bench.source($0) }, workers: workers)
    let placed = try bench.place(try #require(pack))
    let reader = bench.reader([placed])
    for (content, result) in zip(contents, results) {
      #expect(result.object == ObjectID(of: content) && result.size == UInt64(content.count))
      #expect(try reader.read(result.object, limit: content.count) == content)
      #expect(try reader.streamed(result.object) == content)
      #expect(try bench.streamed(result.object, [placed], workers: 3) == content)
      #expect(try reader.contains(result.object))
    }
    try checkWhole(contents, reader, bench, placed)
    try checkLengths(reader, placed)
    return (bench, placed)
  }

  /// The heads of an object's blocks say how long it is.
  private func checkLengths(_ reader: ObjectReader, _ pack: PackContents) throws {
    try pack.forEachObject { _, place throws in
      #expect(try reader.length(at: place) == place.length)
      let beyond = ObjectLocation(file: place.file, block: place.block, ordinal: 1 << 15, length: nil)
      #expect(throws: StoreError.self) { try reader.length(at: beyond) }
    }
  }

  /// Objects in one block, and only these, are given with the bytes of their names.
  private func checkWhole(
    _ contents: [[UInt8]], _ reader: ObjectReader, _ bench: PackBench, _ pack: PackContents
  ) throws {
    var given: Set<Int> = []
    let others = try reader.whole(contents.map { ObjectID(of: $0) }) { number, bytes in
      #expect(Array(bytes) == contents[number])
      given.insert(number)
    }
    #expect(given.isDisjoint(with: others) && given.count + others.count == contents.count)
    for number in given { #expect(contents[number].count <= BlockPlan.chunk) }
    for number in others { #expect(contents[number].count >= BlockPlan.smallObject) }
  }

  private func flags(_ bench: PackBench, _ pack: PackContents) throws -> [(BlockHeader, BlockDescriptor)] {
    let reader = BlockReader(bench.folder)
    var at = pack.location.offset + UInt64(PackHeader.byteCount)
    return try pack.footer.blocks.map { block in
      defer { at += UInt64(block.totalLength) }
      return try reader.head(pack.location.file, at)
    }
  }

  @Test func `gives an empty object and one of a byte back`() throws {
    try roundTrip([[]])
    try roundTrip([[7]])
    try roundTrip([[], [7], [0, 0]])
  }

  @Test func `gives objects of a solid block back`() throws {
    let (bench, pack) = try roundTrip((0..<40).map { Content.text(100 + $0 * 37, seed: UInt64($0)) })
    #expect(pack.objectCount == 40)
    #expect(try flags(bench, pack).count == 1)
  }

  @Test(arguments: [
    BlockPlan.smallObject - 1, BlockPlan.smallObject, BlockPlan.smallObject + 1, BlockPlan.chunk - 1,
    BlockPlan.chunk,
    BlockPlan.chunk + 1, 2 * BlockPlan.chunk, BlockPlan.solidBlock, BlockPlan.solidBlock + 1,
  ])
  func `gives an object at a limit back`(count: Int) throws {
    try roundTrip([Content.text(count, seed: 1)])
    try roundTrip([[1], Content.noise(count, seed: 2), [2]], workers: 3)
  }

  @Test func `gives nothing as whole that has other bytes than its name says`() throws {
    let contents = (0..<8).map { Content.text(2000 + $0, seed: UInt64($0)) }
    let bench = try PackBench()
    let (_, pack) = try bench.ingest(try contents.map { try bench.source($0) })
    let placed = try bench.place(try #require(pack))
    let ids = contents.map { ObjectID(of: $0) }
    // What is asked for as the first is said to lie where the second does.
    let reader = ObjectReader(
      bench.folder, MovedLocator(inner: PackLocator([placed]), from: ids[0], to: ids[1]))
    var given: [Int] = []
    #expect(try reader.whole(ids) { number, _ in given.append(number) } == [0])
    #expect(given == Array(1..<8))
    try bench.files.unlink(bench.folder.path(1))
    let lost = ObjectReader(PackFolder(bench.files, path: PackBench.path), PackLocator([placed]))
    #expect(try lost.whole(ids) { _, _ in Issue.record("nothing is there") } == Array(0..<8))
  }

  @Test func `stores a large object in frames, and raw where it does not compress`() throws {
    let (bench, pack) = try roundTrip(
      [Content.text(5_000_000, seed: 1), Content.noise(5_000_000, seed: 2)], workers: 2)
    let heads = try flags(bench, pack)
    #expect(heads.count == 10)
    #expect(heads[..<5].allSatisfy { $0.0.codec == .zstd && $0.0.storedLength * 2 < $0.0.rawLength })
    #expect(heads[5...].allSatisfy { $0.0.codec == .raw })
    #expect(
      heads.map { $0.0.flags.contains(.unfinished) } == [
        true, true, true, true, false, true, true, true, true, false,
      ])
  }

  @Test func `reads blocks of the second codec`() throws {
    let bench = try PackBench()
    let contents = [Content.text(3000, seed: 1), Content.text(10, seed: 2)]
    let pack = try PackAssembler(.evidence, bench.files, staging: "/staging")
    let block = (contents[0] + contents[1]).withBytes {
      BlockCoder().encode($0, parts: [3000, 10], codec: .zlib)
    }
    try pack.append(block, ending: contents.map { (ObjectID(of: $0), UInt64($0.count)) })
    let placed = try bench.place(try pack.finish())
    #expect(try flags(bench, placed)[0].0.codec == .zlib)
    for content in contents {
      #expect(try bench.reader([placed]).read(ObjectID(of: content), limit: 3000) == content)
    }
  }

  @Test func `is the same whatever the number of workers`() throws {
    let contents = (0..<30).map { Content.text(($0 * 79_190) % 600_000, seed: UInt64($0 % 25)) }
    var ids: Set<ObjectID> = []
    for workers in [1, 2, 7] {
      let bench = try PackBench()
      let sources = try contents.enumerated().map { try bench.source($1, population: $0 % 5 == 0) }
      ids.insert(try #require(try bench.ingest(sources, workers: workers).1).id)
    }
    #expect(ids.count == 1)
  }

  @Test func `holds an object that comes twice once, and none that the period holds`() throws {
    let bench = try PackBench()
    let small = Content.text(900, seed: 1)
    let large = Content.text(2_000_000, seed: 2)
    let sources = try [small, large, small, large].map { try bench.source($0) }
    let (results, pack) = try bench.ingest(sources, workers: 2)
    #expect(results.map(\.wasKnown) == [false, false, true, true])
    let placed = try bench.place(try #require(pack))
    #expect(placed.objectCount == 2)
    let (again, none) = try bench.ingest(sources, bench.context([placed]), workers: 2)
    #expect(again.allSatisfy(\.wasKnown) && none == nil)
    #expect(again.map(\.object) == results.map(\.object))
    let (mixed, some) = try bench.ingest(
      sources + [try bench.source([1])], bench.context([placed]), workers: 2)
    #expect(mixed.map(\.wasKnown) == [true, true, true, true, false])
    #expect(try bench.place(try #require(some), as: 2).objectCount == 1)
  }

  @Test func `tells a second place of an object from the first, also where that is damaged`() throws {
    let bench = try PackBench()
    let content = Content.text(5000, seed: 1)
    let id = ObjectID(of: content)
    let first = try bench.place(try #require(try bench.ingest([try bench.source(content)]).1), as: 1)
    let second = try bench.place(try #require(try bench.ingest([try bench.source(content)]).1), as: 2)
    var spoiled = try bench.bytes(of: 1)
    spoiled[100] ^= 1
    bench.files.plant(bench.folder.path(1), spoiled)
    let reader = bench.reader([first, second])
    #expect(try reader.read(id, limit: 5000) == content)
    #expect(try reader.streamed(id) == content)
    #expect(try bench.streamed(id, [first, second], workers: 2) == content)
    #expect(try reader.contains(id))
    #expect(code { _ = try bench.streamed(id, [first], workers: 2) } == .damaged)
    #expect(code { _ = try bench.reader([first]).read(id, limit: 5000) } == .damaged)
    #expect(try bench.reader([first]).contains(id) == false)
  }

  @Test func `is read on after an object of it failed`() throws {
    let bench = try PackBench()
    let large = Content.noise(3_000_000, seed: 1)
    let small = Content.text(500, seed: 2)
    let placed = try bench.place(
      try #require(try bench.ingest([bench.source(large), bench.source(small)]).1))
    var spoiled = try bench.bytes(of: 1)
    spoiled[2_500_000] ^= 1
    bench.files.plant(bench.folder.path(1), spoiled)
    let reader = bench.reader([placed])
    #expect(code { _ = try reader.streamed(ObjectID(of: large)) } == .damaged)
    #expect(try reader.read(ObjectID(of: small), limit: 500) == small)
    #expect(code { _ = try reader.read(ObjectID(of: [9]), limit: 1) } == .notFound)
    #expect(code { _ = try reader.read(ObjectID(of: small), limit: 499) } == .damaged)
  }

  @Test func `refuses a source that is no file or changes while it is read`() throws {
    let bench = try PackBench()
    #expect(code { _ = try bench.ingest([IngestSource(.file("/in"))]) } != nil)
    #expect(throws: FileError.self) { _ = try bench.ingest([IngestSource(.file("/in/none"))]) }
    #expect(throws: FileError.self) {
      _ = try bench.ingest(
        [try bench.source(Content.noise(4_000_000, seed: 1)), IngestSource(.file("/none"))], workers: 4)
    }
    #expect(try bench.files.exists("/staging") == false || bench.files.list("/staging").isEmpty)
  }
}

/// Says that one object lies where another does.
private struct MovedLocator: ObjectLocator {
  let inner: PackLocator
  let from: ObjectID
  let to: ObjectID

  func places(_ id: ObjectID) throws -> [ObjectLocation] { inner.places(id == from ? to : id) }
}

@Suite struct `Spare memory` {
  @Test func `goes to the next who needs as much, the smallest that is enough first`() {
    let spare = SpareMemory()
    let pieces = [100_000, 200_000, 1_000_000].map { spare.take($0) }
    for piece in pieces { spare.give(piece) }
    #expect(spare.take(190_000).baseAddress == pieces[1].baseAddress)
    #expect(spare.take(90_000).baseAddress == pieces[0].baseAddress)
    let fresh = spare.take(90_000)
    #expect(fresh.count >= 90_000 && !pieces.contains { $0.baseAddress == fresh.baseAddress })
    for piece in pieces { piece.deallocate() }
    fresh.deallocate()
  }

  @Test func `is bounded`() {
    let spare = SpareMemory()
    let pieces = (0..<6).map { _ in spare.take(2 << 20) }
    for piece in pieces { spare.give(piece) }
    let again = (0..<6).map { _ in spare.take(2 << 20) }
    let known = Set(pieces.map { Int(bitPattern: $0.baseAddress) })
    #expect(again.prefix(4).allSatisfy { known.contains(Int(bitPattern: $0.baseAddress)) })
    for piece in again { piece.deallocate() }
  }
}
