import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Packs changed by someone who can write to the vault, or made wrongly by someone who may.
struct PackTamperingTests {
  private static let soc = "soc2-2026"
  private static let file = Insider.packfile(soc)
  private static let one = Array("one\n".utf8)

  /// The packs of the small sample's period in the order of their places.
  private func packs() throws -> [RefLine.PackLocation] {
    try Insider().refLines(Insider.refFile(Insider.soc)).flatMap(\.packs).sorted { $0.offset < $1.offset }
  }

  private func bytes(_ pack: RefLine.PackLocation) -> ArraySlice<UInt8> {
    Samples.small[Self.file]![Int(pack.offset)..<Int(pack.end)]
  }

  @Test func `an insider's plain commit is sound, so that what tests set makes the difference`() throws {
    var insider = Insider()
    try insider.add("c.txt")
    let outcome = try check(insider.contents)
    #expect(outcome.sound, "\(outcome.text)")
    #expect(outcome.counts.commits == 3)
  }

  @Test func `two packs that changed places are found`() throws {
    let packs = try packs()
    var contents = Samples.small
    contents[Self.file] = Array(bytes(packs[0])) + bytes(packs[2]) + bytes(packs[1])
    #expect(try check(contents).names.contains(.packMismatch))
  }

  @Test(arguments: 0..<3) func `a pack that was taken out is found`(_ dropped: Int) throws {
    let packs = try packs()
    var contents = Samples.small
    contents[Self.file] = packs.indices.filter { $0 != dropped }.flatMap { bytes(packs[$0]) }
    let outcome = try check(contents)
    #expect(outcome.names.contains(.packMissing), "\(outcome.text)")
    #expect(dropped == 2 || outcome.names.contains(.packMismatch))
  }

  @Test func `an id that a second pack gives to other bytes is found`() throws {
    var insider = Insider()
    let id = ObjectID(of: Self.one)
    let forged = try Insider.pack { assembler, coder in
      let block = Array("uno\n".utf8).withBytes { coder.encode($0, parts: [4], codec: .raw) }
      try assembler.append(block, ending: [(id, 4)])
    }
    try insider.commit(
      .init(lines: [try TestVault.entry("c.txt", id, 4).encoded()], evidence: [forged]))
    #expect(try check(insider.contents).names == [.objectMismatch])
  }

  @Test func `a block that is not what its footer says is found`() throws {
    var insider = Insider()
    let pack = try Insider.pack { assembler, coder in
      let block = Self.one.withBytes { coder.encode($0, parts: [2, 2], codec: .raw) }
      let told = EncodedBlock(bytes: block.bytes, rawLength: 4, starts: 1)
      try assembler.append(told, ending: [(ObjectID(of: Self.one), 4)])
    }
    try insider.commit(
      .init(lines: [try TestVault.entry("c.txt", ObjectID(of: Self.one), 4).encoded()], evidence: [pack]))
    #expect(try check(insider.contents).names == [.packMalformed])
  }

  @Test(arguments: 1...40) func `a line that names a pack shorter than any is found`(_ length: Int) throws {
    var insider = Insider()
    try insider.add("c.txt", Self.one) { line, insider in
      let place = insider.place([UInt8](repeating: 0x56, count: length), in: Self.soc)
      return line.with(packs: line.packs + [place])
    }
    #expect(try check(insider.contents).names == [.packMalformed])
  }

  @Test func `a pack of no length is found`() throws {
    var insider = Insider()
    try insider.add("c.txt", Self.one) { line, insider in
      line.with(packs: line.packs + [insider.place([], in: Self.soc)])
    }
    #expect(try check(insider.contents).names == [.packOverlap])
  }

  @Test func `a pack that two lines name is found`() throws {
    var insider = Insider()
    let first = try packs()[1]
    try insider.add("c.txt", Self.one) { line, _ in line.with(packs: line.packs + [first]) }
    #expect(try check(insider.contents).names == [.packOverlap])
  }

  @Test func `a pack that two refs name is found`() throws {
    var insider = Insider()
    let path = Insider.refFile(.reviews(Self.soc))
    let line = try insider.refLines(Insider.refFile(Insider.soc))[0]
    insider.append(line, to: path)
    let outcome = try check(insider.contents)
    #expect(outcome.names.contains(.packOverlap), "\(outcome.text)")
    #expect(outcome.names.contains(.objectMissing), "what another ref's packs hold is not the reviews'")
  }

  @Test func `bytes between packs that no line names are found`() throws {
    var insider = Insider()
    _ = insider.place(try Insider.pack([Self.one]), in: Self.soc)
    try insider.add("c.txt")
    #expect(try check(insider.contents).names == [.packUnnamed])
  }

  @Test func `an object that nothing names is found`() throws {
    var insider = Insider()
    try insider.add("c.txt", Self.one, .init(extra: [Array("hidden\n".utf8)]))
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.objectUnreferenced])
    #expect(outcome.findings[0].severity == .warning && !outcome.sound)
  }

  @Test func `evidence that only a later line brings is found`() throws {
    var insider = Insider()
    let late = Array("late\n".utf8)
    try insider.commit(.init(lines: [try TestVault.entry("c.txt", ObjectID(of: late), 5).encoded()]))
    try insider.add("d.txt", late)
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.objectMissing])
    #expect(outcome.subjects(.objectMissing) == ["soc2-2026:c.txt"])
  }

  @Test func `a commit whose documents lie in an earlier line's packs is found`() throws {
    var insider = Insider()
    try insider.add("c.txt")
    let path = Insider.refFile(Insider.soc)
    try insider.change(path) { lines in
      let all = try lines.map { line in
        try line.dropLast().withUnsafeBytes { try RefLine(decoding: $0, kind: .commit) }
      }
      let moved = all[1].with(packs: all[1].packs + all[2].packs)
      lines[1] = moved.encoded() + [0x0A]
      lines[2] = all[2].with(packs: [], previous: ObjectID(of: lines[1])).encoded() + [0x0A]
    }
    #expect(try check(insider.contents).names == [.objectMissing])
    #expect(try check(insider.contents, .init(quick: true)).names == [.objectMissing])
  }

  // MARK: - Deltas

  private func version(_ number: Int) -> [UInt8] {
    Array(Hex.encode(Samples.noise(400)).utf8) + Array("version \(number)\n".utf8)
  }

  /// Commits versions, each of which after the first is a delta of the one before.
  private func chain(_ insider: inout Insider, _ numbers: Range<Int>) throws {
    for number in numbers {
      let object = version(number)
      let pack = try Insider.pack { assembler, coder in
        let block =
          number == 0
          ? object.withBytes { coder.encode($0, parts: [object.count]) }
          : Insider.delta(object, of: [version(number - 1)], coder)
        try assembler.append(block, ending: [(ObjectID(of: object), UInt64(object.count))])
      }
      let entry = try TestVault.entry("v\(number).txt", ObjectID(of: object), UInt64(object.count))
      try insider.commit(.init(lines: [entry.encoded()], evidence: [pack]))
    }
  }

  @Test func `a delta on a delta is found`() throws {
    var insider = Insider()
    try chain(&insider, 0..<2)
    let sound = try check(insider.contents)
    #expect(sound.sound, "\(sound.text)")
    try chain(&insider, 2..<3)
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.deltaBase, .objectUnreadable], "\(outcome.text)")
    #expect(outcome.subjects(.objectUnreadable) == ["soc2-2026:v2.txt"])
  }

  @Test func `a delta whose base is nowhere is found`() throws {
    var insider = Insider()
    try chain(&insider, 1..<2)
    #expect(try check(insider.contents).names == [.deltaBase, .objectUnreadable])
  }

  @Test func `a delta whose base only a later line brings is found`() throws {
    var insider = Insider()
    try chain(&insider, 1..<2)
    try chain(&insider, 0..<1)
    #expect(try check(insider.contents).names == [.deltaBase, .objectUnreadable])
  }

  @Test func `a delta that reaches over its base's end is found`() throws {
    var insider = Insider()
    let base = version(0)
    let object = version(1)
    let pack = try Insider.pack { assembler, coder in
      let range = BaseRange(object: ObjectID(of: base), offset: 10, length: base.count)
      let block = object.withBytes { raw in
        (base + base).withBytes { coder.encode(raw, parts: [raw.count], bases: [range], prefix: $0) }
      }
      try assembler.append(objects: [base], coder)
      try assembler.append(block, ending: [(ObjectID(of: object), UInt64(object.count))])
    }
    let entries = try [base, object].enumerated().map { number, bytes in
      try TestVault.entry("v\(number).txt", ObjectID(of: bytes), UInt64(bytes.count)).encoded()
    }
    try insider.commit(.init(lines: entries, evidence: [pack]))
    #expect(try check(insider.contents).names == [.deltaBase, .objectUnreadable])
  }

  @Test func `a delta that takes too much decoding is found`() throws {
    var insider = Insider()
    let bases = [0, 1].map { [UInt8](repeating: $0, count: Limits.blockRawBytes) }
    let object = Array("tiny".utf8)
    let pack = try Insider.pack { assembler, coder in
      for base in bases {
        let block = base.withBytes { coder.encode($0, parts: [base.count]) }
        try assembler.append(block, ending: [(ObjectID(of: base), UInt64(base.count))])
      }
      let ranges = (0..<18).map { BaseRange(object: ObjectID(of: bases[$0 % 2]), offset: 0, length: 8) }
      let prefix = ranges.indices.flatMap { [UInt8](repeating: UInt8($0 % 2), count: 8) }
      let long = object + prefix
      let block = long.withBytes { raw in
        prefix.withBytes { coder.encode(raw, parts: [raw.count], bases: ranges, prefix: $0) }
      }
      try assembler.append(block, ending: [(ObjectID(of: long), UInt64(long.count))])
    }
    let long = object + (0..<18).flatMap { [UInt8](repeating: UInt8($0 % 2), count: 8) }
    let entries = try (bases + [long]).enumerated().map { number, bytes in
      try TestVault.entry("v\(number).txt", ObjectID(of: bytes), UInt64(bytes.count)).encoded()
    }
    try insider.commit(.init(lines: entries, evidence: [pack]))
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.deltaBase, .objectUnreadable], "\(outcome.text)")
    #expect(outcome.subjects(.objectUnreadable) == ["soc2-2026:v2.txt"])
  }
}

extension Insider {
  /// Commits one document, with a ref line that `edit` may change, and the packs before it.
  mutating func add(
    _ path: String, _ bytes: [UInt8], _ edit: (RefLine, inout Insider) throws -> RefLine
  ) throws {
    let line = try add(path, bytes)
    let file = Self.refFile(Self.soc)
    contents[file]!.removeLast(line.encoded().count + 1)
    append(try edit(line, &self), to: file)
  }
}
