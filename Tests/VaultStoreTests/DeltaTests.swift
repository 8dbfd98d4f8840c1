import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `A delta` {
  private func base(_ content: [UInt8]) -> DeltaBase {
    DeltaBase(object: ObjectID(of: content), length: UInt64(content.count), uses: 0)
  }

  private func heads(_ bench: PackBench, _ pack: PackContents) throws -> [BlockHeader] {
    let reader = BlockReader(bench.folder)
    var at = pack.location.offset + UInt64(PackHeader.byteCount)
    return try pack.footer.blocks.map { block in
      defer { at += UInt64(block.totalLength) }
      return try reader.head(pack.location.file, at).0
    }
  }

  @Test func `of small objects is a solid block with a base for each`() throws {
    let bench = try PackBench()
    let old = (0..<30).map { Content.text(4000 + $0, seed: UInt64($0)) }
    let new = old.enumerated().map { Content.edited($1, changes: 3, seed: UInt64($0)) + bytes("more\n") }
    let first = try bench.place(try #require(try bench.ingest(old.map { try bench.source($0) }).1))
    let sources = try zip(old, new).map { try bench.source($1, base: base($0)) }
    let (results, pack) = try bench.ingest(sources, bench.context([first]), workers: 2)
    let second = try bench.place(try #require(pack), as: 2)
    #expect(results.map(\.base?.object) == old.map { ObjectID(of: $0) })
    #expect(try heads(bench, second).allSatisfy { $0.flags.contains(.delta) })
    #expect(second.location.length * 4 < first.location.length)
    let reader = bench.reader([first, second])
    for content in new { #expect(try reader.read(ObjectID(of: content), limit: 1 << 20) == content) }
    #expect(code { _ = try bench.reader([second]).read(ObjectID(of: new[3]), limit: 1 << 20) } == .notFound)
  }

  @Test func `shares its block with those whose bases share one`() throws {
    let bench = try PackBench()
    let old = (0..<60).map { Content.text(20_000 + $0, seed: UInt64($0)) }
    let new = old.enumerated().map { Content.edited($1, changes: 9, seed: UInt64($0)) + bytes("more\n") }
    let first = try bench.place(try #require(try bench.ingest(old.map { try bench.source($0) }).1))
    let places = try old.map { try #require(PackLocator([first]).places(ObjectID(of: $0)).first) }
    let sources = try old.indices.map {
      try bench.source(new[$0], base: base(old[$0]), basePlace: places[$0])
    }
    let (_, pack) = try bench.ingest(sources, bench.context([first]), workers: 2)
    let second = try bench.place(try #require(pack), as: 2)
    let reader = BlockReader(bench.folder)
    var at = second.location.offset + UInt64(PackHeader.byteCount)
    var met: [UInt64] = []
    for block in second.footer.blocks {
      let bases = try reader.head(second.location.file, at).1.bases
      let of = Set(bases.compactMap { PackLocator([first]).places($0.object).first?.block })
      #expect(of.count == 1)
      met += of.sorted()
      at += UInt64(block.totalLength)
    }
    #expect(met == Set(places.map(\.block)).sorted() && met.count >= 4)
    let objects = bench.reader([first, second])
    for content in new { #expect(try objects.read(ObjectID(of: content), limit: 1 << 20) == content) }
  }

  @Test(arguments: [-700_000, -1, 0, 1, 900_000])
  func `of a large object may have a base of another length`(longer: Int) throws {
    let bench = try PackBench()
    let old = Content.text(5_000_000, seed: 1)
    var new = Content.edited(old, changes: 40, seed: 2)
    if longer < 0 { new.removeLast(-longer) } else { new += Content.text(longer, seed: 3) }
    new.insert(contentsOf: bytes("a few bytes that move the rest\n"), at: 1_000_000)
    let first = try bench.place(try #require(try bench.ingest([bench.source(old)]).1))
    let (results, pack) = try bench.ingest(
      [try bench.source(new, base: base(old))], bench.context([first]), workers: 2)
    let second = try bench.place(try #require(pack), as: 2)
    #expect(results[0].base?.object == ObjectID(of: old))
    #expect(try heads(bench, second)[0].flags.contains(.delta))
    let reader = bench.reader([first, second])
    #expect(try reader.streamed(ObjectID(of: new)) == new)
    #expect(try reader.contains(ObjectID(of: new)))
  }

  @Test func `is not made where it saves little or its base cannot be read`() throws {
    let bench = try PackBench()
    let old = Content.text(3000, seed: 1)
    let first = try bench.place(try #require(try bench.ingest([bench.source(old)]).1))
    let unlike = try bench.source(Content.text(3000, seed: 2), base: base(old))
    let missing = try bench.source(Content.text(3000, seed: 3), base: base(Content.text(10, seed: 4)))
    let spent = DeltaBase(object: ObjectID(of: old), length: 3000, uses: 3, cost: 400, spent: 600)
    let renewed = try bench.source(old + [1], base: spent)
    for source in [unlike, missing, renewed] {
      let (results, pack) = try bench.ingest([source], bench.context([first]))
      #expect(results[0].base == nil)
      #expect(try #require(pack).footer.blocks.count == 1)
    }
  }

  @Test func `stands on nothing but what is stored whole`() throws {
    let bench = try PackBench()
    let versions = (0..<3).map { Content.text(3000, seed: 1) + [UInt8](repeating: UInt8($0), count: $0) }
    var packs: [PackContents] = []
    for (number, content) in versions.enumerated() {
      let base = number > 0 ? base(versions[number - 1]) : nil
      let (results, pack) = try bench.ingest([try bench.source(content, base: base)], bench.context(packs))
      #expect((results[0].base != nil) == (number == 1))
      if number < 2 { packs.append(try bench.place(try #require(pack), as: number + 1)) }
    }
    for content in versions[..<2] {
      #expect(try bench.reader(packs).read(ObjectID(of: content), limit: 9999) == content)
    }
    // One that another program made all the same is refused, whatever was read before.
    let deep = try forge(bench, versions[2], on: [versions[1]], as: 3)
    let reader = bench.reader(packs + [deep])
    for content in versions[..<2].reversed() { _ = try reader.read(ObjectID(of: content), limit: 9999) }
    #expect(code { _ = try reader.read(ObjectID(of: versions[2]), limit: 9999) } == .damaged)
    #expect(
      code { _ = try bench.reader(packs + [deep]).read(ObjectID(of: versions[2]), limit: 9999) } == .damaged)
  }

  @Test func `that goes round in a circle is refused`() throws {
    let bench = try PackBench()
    let (one, two) = (Content.text(3000, seed: 1), Content.text(3000, seed: 2))
    let circle = try [forge(bench, one, on: [two], as: 1), forge(bench, two, on: [one], as: 2)]
    for packs in [circle, circle + circle] {
      let reader = bench.reader(packs)
      #expect(code { _ = try reader.read(ObjectID(of: one), limit: 9999) } == .damaged)
      #expect(try reader.contains(ObjectID(of: two)) == false)
    }
    let itself = try forge(bench, one, on: [one], as: 3)
    #expect(code { _ = try bench.reader([itself]).read(ObjectID(of: one), limit: 9999) } == .damaged)
  }

  /// A pack with one delta block, made without asking whether its bases serve.
  private func forge(
    _ bench: PackBench, _ content: [UInt8], on bases: [[UInt8]], as number: Int
  ) throws -> PackContents {
    let ranges = bases.map { BaseRange(object: ObjectID(of: $0), offset: 0, length: $0.count) }
    let block = content.withBytes { raw in
      concatenated(bases).withBytes {
        BlockCoder().encode(raw, parts: [raw.count], bases: ranges, prefix: $0)
      }
    }
    let pack = try PackAssembler(.evidence, bench.files, staging: "/staging")
    try pack.append(block, ending: [(ObjectID(of: content), UInt64(content.count))])
    return try bench.place(try pack.finish(), as: number)
  }

  @Test func `is not made where its bases lie far apart`() throws {
    let bench = try PackBench()
    // Every base shares its block with 250 KB of others, so that 150 of them take 37 MB to decode.
    let old = (0..<150).map { Content.text(1500, seed: UInt64($0)) }
    let filling = [UInt8](repeating: 0, count: 250_000)
    let packs = try PackAssembler(.evidence, bench.files, staging: "/staging")
    for content in old {
      let block = (content + filling).withBytes { BlockCoder().encode($0, parts: [1500, filling.count]) }
      try packs.append(
        block, ending: [(ObjectID(of: content), 1500), (ObjectID(of: filling), UInt64(filling.count))])
    }
    let first = try bench.place(try packs.finish())
    let sources = try old.map { try bench.source($0 + bytes("more"), base: base($0)) }
    #expect(try bench.ingest(sources, bench.context([first])).0.allSatisfy { $0.base == nil })
    #expect(try bench.ingest(Array(sources[..<100]), bench.context([first])).0.allSatisfy { $0.base != nil })
  }

  @Test func `that would keep a reader busy is refused`() throws {
    let bench = try PackBench()
    let zeros = [UInt8](repeating: 0, count: Limits.blockRawBytes - 1)
    let assembler = try PackAssembler(.evidence, bench.files, staging: "/staging")
    var marks: [[UInt8]] = []
    for number in 0..<UInt8(18) {
      marks.append([number])
      let block = ([number] + zeros).withBytes { BlockCoder().encode($0, parts: [1, zeros.count]) }
      let blockObjects = [(ObjectID(of: [number]), UInt64(1)), (ObjectID(.zero), UInt64(zeros.count))]
      try assembler.append(block, ending: blockObjects)
    }
    let first = try bench.place(try assembler.finish(), as: 1)
    let content = concatenated(marks) + concatenated(marks) + concatenated(marks)
    let few = try forge(bench, content, on: Array(marks[..<16]), as: 2)
    #expect(try bench.reader([first, few]).read(ObjectID(of: content), limit: 99) == content)
    let many = try forge(bench, content, on: marks, as: 3)
    #expect(code { _ = try bench.reader([first, many]).read(ObjectID(of: content), limit: 99) } == .damaged)
  }

  @Test func `whose base is shorter than its range is refused`() throws {
    let bench = try PackBench()
    let old = Content.text(3000, seed: 1)
    let first = try bench.place(try #require(try bench.ingest([bench.source(old)]).1))
    let block = (old + [1]).withBytes { raw in
      (old + old).withBytes {
        BlockCoder().encode(
          raw, parts: [raw.count], bases: [BaseRange(object: ObjectID(of: old), offset: 0, length: 6000)],
          prefix: $0)
      }
    }
    let pack = try PackAssembler(.evidence, bench.files, staging: "/staging")
    try pack.append(block, ending: [(ObjectID(of: old + [1]), 3001)])
    let second = try bench.place(try pack.finish(), as: 2)
    #expect(
      code { _ = try bench.reader([first, second]).read(ObjectID(of: old + [1]), limit: 9999) } == .damaged)
  }

  @Test func `is found by the paths that evidence comes under again`() {
    func keys(_ path: String) -> [UInt64] { DeltaKeys.of(path: path, system: "s", series: nil) }
    let same = [
      ("day-01/export-042.json", "day-02/export-042.json"), ("2026/06/30/x.json", "2026/07/01/x.json"),
      ("x-2026-06-30.json", "x-2026-07-01.json"), ("x-20260630T060000Z.json", "x-20260701T060001Z.json"),
      ("2026-06-30/item-7.json", "2026-07-01/item-7.json"), ("a/2026-W27/x", "a/2026-W28/x"),
      ("report-2026-06.csv", "report-2026-07.csv"), ("2026-Q2/users.csv", "2026-Q3/users.csv"),
      ("run 1751234567/out.txt", "run 1751239999/out.txt"), ("policy.pdf", "policy.pdf"),
    ]
    for (a, b) in same { #expect(keys(a)[0] == keys(b)[0], "\(a) and \(b)") }
    let different = [
      ("day-01/export-042.json", "day-01/export-043.json"), ("a/x.json", "b/y.json"), ("v1.txt", "v2.txt"),
      ("2026-06-30/item-7.json", "2026-06-30/item-8.json"), ("port-8080.txt", "port-8081.txt"),
    ]
    for (a, b) in different { #expect(Set(keys(a)).isDisjoint(with: keys(b)), "\(a) and \(b)") }
    // Moved to another folder it is found by its last segment.
    #expect(keys("old/2026-06-30/x.json")[1] == keys("new/x.json")[1])
    #expect(keys("x")[0] != DeltaKeys.of(path: "x", system: "t", series: nil)[0])
  }

  @Test func `of daily exports keeps a base until its deltas cost as much`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    var content = Content.text(20_000, seed: 1)
    var stored = (whole: 0, delta: 0)
    for day in 10..<50 {
      content = Content.edited(content, changes: 40, seed: UInt64(day))
      try vault.add([
        ("day-\(day)/users.json", content), ("day-\(day)/same.json", Content.text(9000, seed: 2)),
      ])
      let reader = try vault.reader()
      #expect(try reader.objects.read(ObjectID(of: content), limit: 1 << 20) == content)
      let place = try #require(reader.index.places(ObjectID(of: content)).first)
      let head = try reader.objects.block(place.file, place.block).header
      if head.flags.contains(.delta) { stored.delta += 1 } else { stored.whole += 1 }
    }
    #expect((2...8).contains(stored.whole) && stored.delta == 40 - stored.whole, "\(stored)")
  }
}
