import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote

@testable import VaultStore

/// Messages and packs that name what there cannot be: places outside the vault, and more than any disk holds.
@Suite struct `A remote refuses a claim` {
  private let remote = PushScene.remote()
  private let new = PushScene.text("new\n")

  // MARK: - Refs

  /// Every question that names a ref, with this one.
  private static func questions(_ ref: String) -> [any Message] {
    let id = ObjectID(of: [1]).description
    let pack = CanonicalValue.make([("length", .integer(10)), ("pack", .string(id))])
    let line: [(String, CanonicalValue?)] = [
      ("document", .string(id)), ("packs", .array([pack])), ("sequence", .integer(4)),
      ("signatures", .array([])),
    ]
    let named: [(String, CanonicalValue?)] = [("ref", .string(ref))]
    return [
      Asked<Push>(named + line), Asked<Run>(named + [("lines", .array([.make(line)]))]),
      Asked<LinesQuestion>(named + [("after", .integer(0))]),
      Asked<PacksQuestion>(
        named + [("after", .integer(0)), ("offset", .integer(0)), ("through", .integer(1))]),
      Asked<FrontierQuestion>(named), Asked<PathsQuestion>(named + [("paths", .array([.string("a")]))]),
    ]
  }

  @Test(arguments: [
    "periods/..", "periods/../soc2-2026", "periods/../../../etc/passwd", "reviews/../periods/soc2-2026",
    "../periods/soc2-2026", "periods/soc2-2026/../iso", "periods/.", "periods/", "/periods/soc2-2026",
    "periods/soc2-2026/", "periods//soc2-2026", "trust/../periods/soc2-2026", "periods/soc2\0", "..",
  ]) func `of a ref named with dots, or that is none`(_ ref: String) throws {
    let before = remote.disk.allFiles().filter { !$0.key.hasSuffix("access.log") }
    for question in Self.questions(ref) {
      let answer = try remote.overTheWire { try ask($0, question) }
      let refusal = #expect(throws: Refusal.self, "\(question)") { try answer.get() }
      #expect(refusal?.code == .protocol, "\(question)")
      #expect(remote.disk.allFiles().filter { !$0.key.hasSuffix("access.log") } == before, "\(question)")
    }
    let honest = try Forgery.add("CC6/honest.txt", new).push(to: remote)
    _ = try remote.pushOverTheWire(honest).get()
    try remote.expectSound()
  }

  @Test func `and the same questions are read where the ref is one`() throws {
    for question in Self.questions("periods/soc2-2026").dropFirst(2) {
      _ = try remote.overTheWire { try ask($0, question) }.get()
    }
  }

  // MARK: - Packs

  /// An honest pack of one object with another footer, whose lengths and checksum are right.
  private func pack(_ write: (_ footer: inout [UInt8], _ block: Int) -> Void) throws -> [UInt8] {
    let honest = try Forgery.pack([new])
    let trailer = Array(honest.suffix(PackFooter.trailerByteCount))
    let length = try trailer.withUnsafeBytes { try PackFooter.length(trailer: $0) }
    let blocks = Array(honest.dropLast(length))
    var footer = PackFooter.magic
    write(&footer, blocks.count - PackHeader.byteCount)
    let whole = footer.count + PackFooter.trailerByteCount
    footer.appendLittle(footer.withBytes { Zlib.crc32($0) })
    footer.appendLittle(UInt32(whole))
    return blocks + footer + PackFooter.endMagic
  }

  private func object(_ length: UInt64) -> [UInt8] {
    var out = ObjectID(of: new).digest.bytes
    out.appendVarint(length)
    return out
  }

  private func refuse(
    _ pack: [UInt8], _ code: Refusal.Code = .malformed, _ reason: String = "pack-malformed",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var forgery = try Forgery.add("CC7/new.txt", new)
    forgery.evidence = [pack]
    try remote.expectRefused(
      try forgery.push(to: remote), code, reason, sourceLocation: sourceLocation)
  }

  @Test func `of a billion objects or blocks`() throws {
    let honest = try pack { footer, block in
      for number in [1, UInt64(block), UInt64(new.count), 1, 1] { footer.appendVarint(number) }
      footer += object(UInt64(new.count))
    }
    #expect(try honest == Forgery.pack([new]), "the footer is written as it should be")
    let billion: UInt64 = 1_000_000_000
    try refuse(
      pack { footer, block in
        for number in [1, UInt64(block), UInt64(new.count), 1, billion] { footer.appendVarint(number) }
        footer += object(UInt64(new.count))
      })
    try refuse(
      pack { footer, block in
        for number in [1, UInt64(block), UInt64(new.count), billion, 1] { footer.appendVarint(number) }
        footer += object(UInt64(new.count))
      })
    try refuse(
      pack { footer, block in
        for number in [billion, UInt64(block), UInt64(new.count), 1, 1] { footer.appendVarint(number) }
        footer += object(UInt64(new.count))
      })
    try refuse(
      pack { footer, block in
        for number in [1, UInt64(block), UInt64(new.count), 1, 1 << 63] { footer.appendVarint(number) }
      })
  }

  /// What a server holds grows with the objects, which no line could name all.
  @Test func `of more objects than a push may have, which really come`() throws {
    var forgery = try Forgery.add("CC7/new.txt", new)
    let half = Limits.objectsPerPack / 2 + 1
    forgery.evidence += try ["a", "b"].map { tag in
      try Forgery.pack((0..<half).map { PushScene.text("\(tag) object of many \($0)") })
    }
    try remote.expectRefused(try forgery.push(to: remote), .limit, "objects together")
  }

  @Test func `of ten gigabytes in an object, a block or an entry`() throws {
    let much: UInt64 = 10_000_000_000
    for (raw, length) in [(UInt64(new.count), much), (much, much), (UInt64(new.count), UInt64.max)] {
      try refuse(
        pack { footer, block in
          for number in [1, UInt64(block), raw, 1, 1] { footer.appendVarint(number) }
          footer += object(length)
        })
    }
    try refuse(
      pack { footer, _ in
        for number in [1, much, UInt64(new.count), 1, 1] { footer.appendVarint(number) }
        footer += object(UInt64(new.count))
      })
    var forgery = try Forgery.add("CC7/new.txt", new)
    let text = String(decoding: forgery.lines[0], as: UTF8.self)
    forgery.lines[0] = PushScene.text(text.replacing("\"size\":4", with: "\"size\":\(much)"))
    try remote.expectRefused(try forgery.push(to: remote), .malformed, "entry-size")
  }

  @Test func `of a billion lines or records`() throws {
    let billion = 1_000_000_000
    var forgery = try Forgery.add("CC7/new.txt", new)
    forgery.change = { $0.with(added: billion, count: $0.count + billion - 1) }
    try remote.expectRefused(try forgery.push(to: remote), .malformed)
    let records = PushScene.records(3)
    for count in [billion, CanonicalValue.maxInteger] {
      let table = RecordTable(
        records: UInt64(count), bytes: UInt64(records.count),
        frames: [.init(firstRecord: 0, offset: 0, hashes: [])]
      ).encoded()
      let claim = Population(count: count, root: MerkleHash(.zero), table: ObjectID(of: table))
      let lying = Forgery(
        lines: [try Forgery.entry("CC8/new.ndjson", records, population: claim).encoded()],
        evidence: [try Forgery.pack([records, table])])
      try remote.expectRefused(try lying.push(to: remote), .scope, "population-mismatch")
    }
  }

  @Test func `to be small, of what decodes to more than any push may`() throws {
    // 68 MiB in some kilobytes.
    let objects = (0..<17).map { [UInt8](repeating: UInt8($0), count: 4 << 20) }
    let bomb = try Forgery.pack(objects)
    #expect(bomb.count < 100_000)
    let forgery = Forgery(
      lines: try objects.enumerated().map { try Forgery.entry("CC7/n\($0).bin", $1).encoded() },
      evidence: [bomb])
    try remote.expectRefused(try forgery.push(to: remote), .limit, "decode to more than")
  }
}

/// A question of the protocol with any members.
private struct Asked<Honest: Message>: Message {
  static var documentType: String { Honest.documentType }
  let documentMembers: [(String, CanonicalValue?)]

  init(_ members: [(String, CanonicalValue?)]) { documentMembers = members }
  init(members: inout Members) throws(FormatError) { throw FormatError(.malformed, "it is only sent") }

  static func == (a: Asked, b: Asked) -> Bool { a.encoded() == b.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }
}

/// What kind of answer the server gives to a question that may be none.
private func ask(_ channel: Channel, _ question: any Message) throws -> String {
  try channel.send(question)
  let answer = try channel.receiveAnswer()
  switch answer {
  case .refused(let refusal): throw refusal
  case .data(let announced): try channel.receiveData(Int64(announced.length)) { _ in }
  default: break
  }
  return answer.type
}
