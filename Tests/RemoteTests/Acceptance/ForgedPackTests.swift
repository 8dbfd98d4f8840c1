import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

/// Packs of people who want to fill the disk, keep the remote busy, or hide something.
@Suite struct `A remote refuses a pack` {
  private let remote = PushScene.remote()
  private let new = PushScene.text("new\n")

  private func refuse(
    _ forgery: Forgery, _ code: Refusal.Code, _ reason: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try remote.expectRefused(
      try forgery.push(to: remote), code, reason, sourceLocation: sourceLocation)
  }

  private func naming(_ objects: [[UInt8]], _ packs: [[UInt8]]) throws -> Forgery {
    Forgery(
      lines: try objects.enumerated().map { try Forgery.entry("CC7/n\($0).bin", $1).encoded() },
      evidence: packs)
  }

  @Test func `with any byte flipped, under its old name and under the new one`() throws {
    let forgery = try Forgery.add("CC7/new.txt", new)
    let honest = try forgery.push(to: remote)
    let acceptance = try remote.acceptance()
    let before = remote.contents
    for (number, pack) in honest.packs.enumerated() {
      guard case .file(let file) = pack.place else { continue }
      let bytes = try file.readFully(at: 0, count: Int(pack.length))
      for place in bytes.indices {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        // Under its old name a pack that was changed anywhere fails in one way: its hash.
        for isRenamed in place % 16 == 0 ? [false, true] : [true] {
          let path = "\(PushScene.quarantine)/changed"
          try remote.disk.writeNewFile(path, changed, durable: false, replace: true)
          var packs = honest.packs
          packs[number] = OfferedLine.Pack(
            id: isRenamed ? ObjectID(of: changed) : pack.id, length: pack.length,
            place: .file(try SharedFile(remote.disk, path: path)))
          let push = OfferedLine(
            ref: honest.ref, sequence: honest.sequence, document: honest.document,
            signatures: honest.signatures, packs: packs)
          let refusal = #expect(throws: Refusal.self, "pack \(number), byte \(place)") {
            try acceptance.check(push, received: PushScene.now)
          }
          #expect([.malformed, .trust].contains(refusal?.code), "byte \(place): \(refusal?.reason ?? "")")
        }
      }
    }
    #expect(remote.contents == before)
    try remote.take(honest)
    try remote.expectSound()
  }

  @Test(arguments: [-1, 1, -1000]) func `that is cut short, or longer than it says`(_ change: Int) throws {
    let honest = try Forgery.add("CC7/new.txt", new).push(to: remote)
    var packs = honest.packs
    packs[0] = OfferedLine.Pack(
      id: packs[0].id, length: UInt64(max(0, Int(packs[0].length) + change)), place: packs[0].place)
    try remote.expectRefused(
      OfferedLine(
        ref: honest.ref, sequence: honest.sequence, document: honest.document,
        signatures: honest.signatures, packs: packs), .malformed, "bytes, not")
  }

  @Test func `with an object that nothing names`() throws {
    var forgery = try Forgery.add("CC7/new.txt", new)
    forgery.evidence = [try Forgery.pack([new, PushScene.text("hidden\n")])]
    try refuse(forgery, .malformed, "object-unreferenced")
    forgery = try Forgery.add("CC7/new.txt", new)
    forgery.objects = { $0 + [PushScene.text("hidden\n")] }
    try refuse(forgery, .malformed, "object-unreferenced")
  }

  @Test func `without the evidence, the commit, its lines or its signature`() throws {
    var forgery = try Forgery.add("CC7/new.txt", new)
    forgery.evidence = []
    try refuse(forgery, .malformed, "object-missing")
    for dropped in 0..<3 {
      forgery = try Forgery.add("CC7/new.txt", new)
      forgery.objects = { objects in
        var left = objects
        left.remove(at: dropped)
        return left
      }
      try refuse(forgery, .malformed, "object-missing")
    }
  }

  @Test func `whose object has another size than its entry`() throws {
    var forgery = try Forgery.add("CC7/new.txt", new)
    let text = String(decoding: forgery.lines[0], as: UTF8.self)
    forgery.lines[0] = PushScene.text(
      text.split(separator: "\"size\":4", omittingEmptySubsequences: false).joined(separator: "\"size\":5"))
    try refuse(forgery, .malformed, "entry-size")
  }

  @Test func `that holds nothing but rubbish`() throws {
    for length in [1, 16, 28, 29, 4096] {
      let rubbish = PushScene.noise(length, seed: UInt64(length))
      try refuse(naming([new], [try Forgery.pack([new]), rubbish]), .malformed, "pack-malformed")
    }
  }

  @Test func `that is named twice`() throws {
    let honest = try Forgery.add("CC7/new.txt", new).push(to: remote)
    func with(_ packs: [OfferedLine.Pack]) -> OfferedLine {
      OfferedLine(
        ref: honest.ref, sequence: honest.sequence, document: honest.document,
        signatures: honest.signatures, packs: packs)
    }
    try remote.expectRefused(
      with(honest.packs + [honest.packs[0]]), .malformed, "named twice", wired: .protocol)
  }

  @Test func `beyond the limits that were announced`() throws {
    let honest = try Forgery.add("CC7/new.txt", new).push(to: remote)
    func with(_ packs: [OfferedLine.Pack]) -> OfferedLine {
      OfferedLine(
        ref: honest.ref, sequence: honest.sequence, document: honest.document,
        signatures: honest.signatures, packs: packs)
    }
    let many = (0..<65).map { number in
      OfferedLine.Pack(id: ObjectID(of: [number]), length: 1, place: honest.packs[0].place)
    }
    try remote.expectRefused(with(many), .limit, "1 to 64 packs", wired: .protocol)
    let endless = honest.packs.map { OfferedLine.Pack(id: $0.id, length: .max, place: $0.place) }
    try remote.expectRefused(
      OfferedLine(
        ref: honest.ref, sequence: honest.sequence + 1, document: honest.document,
        signatures: honest.signatures, packs: endless), .limit, "bytes")
  }

  @Test func `over the bytes that one push may bring`() throws {
    let push = try Forgery.add("CC7/new.txt", new).push(to: remote)
    try remote.expectRefused(push, .limit, "over 100 bytes", PushLimits(bytesPerPush: 100))
  }

  // MARK: - Bombs

  @Test func `that claims little and decodes to much`() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    let pack = try Forgery.pack { assembler, coder in
      let block = zeros.withBytes { coder.encode($0, parts: [zeros.count]) }
      var header = try block.bytes.withBytes { try BlockHeader(decoding: $0) }
      let payload = Array(block.bytes[(BlockHeader.byteCount + header.descriptorLength)...])
      header.rawLength = max(payload.count, 64)
      let descriptor = BlockDescriptor(parts: [header.rawLength], bases: []).encoded()
      header.descriptorLength = descriptor.count
      header.crc = header.checkedBytes.withBytes { h in
        descriptor.withBytes { d in payload.withBytes { Zlib.crc32(h, d, $0) } }
      }
      var bytes = header.checkedBytes
      bytes.appendLittle(header.crc)
      let lied = EncodedBlock(bytes: bytes + descriptor + payload, rawLength: header.rawLength, starts: 1)
      try assembler.append(lied, ending: [(ObjectID(of: new), UInt64(header.rawLength))])
    }
    try refuse(naming([new], [pack]), .malformed, "object-unreadable")
  }

  @Test func `that decodes to more than the push may`() throws {
    let objects = (0..<4).map { [UInt8](repeating: UInt8($0), count: 4 << 20) }
    let forgery = try naming(objects, [try Forgery.pack(objects)])
    try remote.expectRefused(
      try forgery.push(to: remote), .limit, "decode to more than", PushLimits(decodedBytes: 8 << 20))
  }

  @Test func `whose bases keep the remote busy`() throws {
    let base = [UInt8](repeating: 9, count: 1 << 20)
    try remote.take(try naming([base], [try Forgery.pack([base])]).push(to: remote))
    let blocks = (0..<3).map { PushScene.text("\($0)") + [UInt8](repeating: 9, count: 100) }
    let pack = try Forgery.pack { assembler, coder in
      for object in blocks {
        let block = object.withBytes { raw in
          base.withBytes { prefix in
            coder.encode(
              raw, parts: [raw.count],
              bases: [BaseRange(object: ObjectID(of: base), offset: 0, length: base.count)], prefix: prefix)
          }
        }
        try assembler.append(block, ending: [(ObjectID(of: object), UInt64(object.count))])
      }
    }
    let lines = try blocks.enumerated().map { try Forgery.entry("CC7/d\($0).bin", $1).encoded() }
    let push = try Forgery(lines: lines, evidence: [pack]).push(to: remote)
    let stored = push.packs.reduce(0) { $0 + $1.length }
    // Work may be 8 times the limit; the base alone is a byte more than that.
    try remote.expectRefused(
      push, .limit, "take too much decoding",
      PushLimits(decodedRatio: 1, decodedBytes: (1 << 20) / 8 - 1 - stored))
  }

  // MARK: - Deltas

  private func version(_ number: Int) -> [UInt8] {
    PushScene.text(Hex.encode(PushScene.noise(900, seed: 77))) + PushScene.text("version \(number)\n")
  }

  @Test func `with a delta whose base is nowhere`() throws {
    let pack = try Forgery.delta(version(1), of: [version(0)])
    try refuse(naming([version(1)], [pack]), .malformed, "delta-base")
  }

  @Test func `with a delta whose base lies in another period`() throws {
    let iso = RefName.period("iso")
    let opening = PeriodOpening(
      period: "iso", framework: "iso", from: PushScene.from,
      to: Timestamp(canonical: "2027-01-01T00:00:00.000Z")!)
    var first = Forgery(ref: iso, lines: [opening.encoded()])
    first.key = PushKeys.manager
    try remote.take(try first.push(to: remote))
    var second = try naming([version(0)], [try Forgery.pack([version(0)])])
    second.ref = iso
    try remote.take(try second.push(to: remote))
    let pack = try Forgery.delta(version(1), of: [version(0)])
    try refuse(naming([version(1)], [pack]), .malformed, "delta-base")
  }

  @Test func `with a delta whose base is a delta`() throws {
    for number in 0..<2 {
      let pack =
        try number == 0
        ? Forgery.pack([version(0)]) : Forgery.delta(version(number), of: [version(number - 1)])
      let entry = try Forgery.entry("CC7/v\(number).txt", version(number))
      try remote.take(try Forgery(lines: [entry.encoded()], evidence: [pack]).push(to: remote))
    }
    try remote.expectSound()
    let pack = try Forgery.delta(version(2), of: [version(1)])
    try refuse(naming([version(2)], [pack]), .malformed, "delta-base")
  }

  @Test func `with a delta whose base is a delta of the same pack`() throws {
    let pack = try Forgery.chain([version(0), version(1), version(2)])
    try refuse(naming([version(0), version(1), version(2)], [pack]), .malformed, "delta-base")
  }

  // MARK: - Populations

  private func population(
    _ bytes: [UInt8], _ edit: (Population) -> Population = { $0 }, table: ((RecordTable) -> [UInt8])? = nil
  ) throws -> Forgery {
    let merkle = MerkleHasher()
    var range = CompactRange()
    for record in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
      range.append(merkle.leaf(Array(record)), merkle)
    }
    let honest = RecordTable(
      records: range.end, bytes: UInt64(bytes.count),
      frames: [.init(firstRecord: 0, offset: 0, hashes: range.hashes)])
    let encoded = table?(honest) ?? honest.encoded()
    let claim = edit(
      Population(count: Int(range.end), root: range.root(merkle), table: ObjectID(of: encoded)))
    return Forgery(
      lines: [try Forgery.entry("CC8/new.ndjson", bytes, population: claim).encoded()],
      evidence: [try Forgery.pack([bytes, encoded])])
  }

  @Test(arguments: [50, 200_000]) func `of a population with a lied count, root or table`(_ count: Int) throws
  {
    let bytes = PushScene.records(count)
    func lying(count: Int? = nil, root: MerkleHash? = nil) -> (Population) -> Population {
      { Population(count: count ?? $0.count, root: root ?? $0.root, table: $0.table) }
    }
    try refuse(population(bytes, lying(count: count + 1)), .scope, "population-mismatch")
    try refuse(population(bytes, lying(root: MerkleHash(.zero))), .scope, "population-mismatch")
    try refuse(population(bytes, table: { $0.encoded() + [0] }), .scope, "population-mismatch")
    // A table and a root that fit each other, and not the records.
    let other = try population(PushScene.records(count).map { $0 == 0x31 ? 0x32 : $0 })
    let named = try #require(
      try Line(decoding: other.lines[0]).population)
    let table = { (honest: RecordTable) in
      var range = CompactRange()
      let merkle = MerkleHasher()
      for record in bytes.map({ $0 == 0x31 ? 0x32 : $0 }).split(separator: 0x0A) {
        range.append(merkle.leaf(Array(record)), merkle)
      }
      return RecordTable(
        records: honest.records, bytes: honest.bytes,
        frames: [.init(firstRecord: 0, offset: 0, hashes: range.hashes)]
      ).encoded()
    }
    try refuse(population(bytes, lying(root: named.root), table: table), .scope, "population-mismatch")
    try remote.take(try population(bytes).push(to: remote))
    try remote.expectSound()
  }
}

extension Line {
  fileprivate var population: Population? {
    if case .entry(let entry) = self { entry.population } else { nil }
  }
}
