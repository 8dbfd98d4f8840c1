import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `A hostile pack` {
  /// A small pack with a solid block, a run of blocks and a delta, whose base lies in another packfile.
  private struct Target {
    let bench: PackBench
    let base: PackContents
    let location: RefLine.PackLocation
    let bytes: [UInt8]
    let objects: [[UInt8]]

    init() throws {
      bench = try PackBench()
      let old = Content.text(400, seed: 1)
      base = try bench.place(try #require(try bench.ingest([bench.source(old)]).1), as: 2)
      objects = [
        [], Content.text(300, seed: 2), Content.noise(60, seed: 3), old + [1, 2, 3],
        Content.text(90, seed: 4),
      ]
      let pack = try PackAssembler(.evidence, bench.files, staging: "/staging")
      let coder = BlockCoder()
      try pack.append(objects: Array(objects[..<3]), coder)
      let range = BaseRange(object: ObjectID(of: old), offset: 0, length: old.count)
      let delta = objects[3].withBytes { raw in
        old.withBytes { coder.encode(raw, parts: [raw.count], bases: [range], prefix: $0) }
      }
      try pack.append(delta, ending: [(ObjectID(of: objects[3]), UInt64(objects[3].count))])
      for start in stride(from: 0, to: 90, by: 30) {
        let part = Array(objects[4][start..<start + 30]).withBytes {
          coder.encode($0, parts: [30], continues: start > 0, unfinished: start < 60)
        }
        try pack.append(part, ending: start == 60 ? [(ObjectID(of: objects[4]), UInt64(90))] : [])
      }
      let contents = try bench.place(try pack.finish())
      location = contents.location
      bytes = try bench.bytes(of: 1)
    }

    /// Reads everything through the footer; nothing but what an id says may come out.
    func read(_ spoiled: [UInt8], _ place: String) {
      bench.files.plant(bench.folder.path(1), spoiled)
      guard let contents = try? bench.folder.footer(location) else { return }
      let reader = bench.reader([base, contents])
      contents.forEachObject { id, _ in
        if let found = try? reader.read(id, limit: 1 << 20) {
          #expect(ObjectID(of: found) == id, "\(place)")
        }
        if let found = try? reader.streamed(id) { #expect(ObjectID(of: found) == id, "\(place)") }
      }
      for object in objects {
        do {
          let found = try reader.read(ObjectID(of: object), limit: 1 << 20)
          #expect(found == object, "\(place)")
        } catch {
          // Damage is not told as the work of a newer program.
          #expect((error as? StoreError)?.code != .unsupported, "\(place): \(error)")
        }
      }
    }
  }

  @Test func `with a byte changed never gives other bytes than the id says`() throws {
    let target = try Target()
    for object in target.objects {
      let reader = target.bench.reader([target.base, try target.bench.folder.footer(target.location)])
      #expect(try reader.read(ObjectID(of: object), limit: 999) == object)
    }
    for index in target.bytes.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var spoiled = target.bytes
        spoiled[index] ^= change
        target.read(spoiled, "byte \(index)")
      }
    }
  }

  @Test func `with a byte changed never gives several threads other bytes than the id says`() throws {
    let target = try Target()
    var refused = 0
    for index in target.bytes.indices {
      var spoiled = target.bytes
      spoiled[index] ^= 0x41
      target.bench.files.plant(target.bench.folder.path(1), spoiled)
      guard let contents = try? target.bench.folder.footer(target.location) else { continue }
      for object in target.objects {
        do {
          let found = try target.bench.streamed(ObjectID(of: object), [target.base, contents], workers: 2)
          #expect(found == object, "byte \(index)")
        } catch let error as StoreError {
          // A codec that nobody knows yet is another matter than damage.
          #expect([.damaged, .notFound, .unsupported].contains(error.code), "byte \(index): \(error)")
          refused += 1
        }
      }
    }
    #expect(refused > target.bytes.count / 2)
  }

  @Test func `that is cut off never gives other bytes than the id says`() throws {
    let target = try Target()
    for count in target.bytes.indices {
      target.read(Array(target.bytes.prefix(count)), "\(count) bytes")
      target.read(
        Array(target.bytes.prefix(count)) + [UInt8](repeating: 0, count: target.bytes.count - count), "zeros")
    }
  }

  @Test func `with sound checksums over changed bytes never gives other bytes than the id says`() throws {
    let target = try Target()
    let footer = try target.bench.folder.footer(target.location).footer
    var start = PackHeader.byteCount
    for block in footer.blocks {
      for index in start..<start + block.totalLength where !(start + 20..<start + 24).contains(index) {
        for change: UInt8 in [1, 0x10, 0xFF] {
          var spoiled = target.bytes
          spoiled[index] ^= change
          let crc = spoiled.withBytes { raw in
            Zlib.crc32(
              UnsafeRawBufferPointer(rebasing: raw[start..<start + 20]),
              UnsafeRawBufferPointer(rebasing: raw[start + 24..<start + block.totalLength]))
          }
          var little: [UInt8] = []
          little.appendLittle(crc)
          spoiled.replaceSubrange(start + 20..<start + 24, with: little)
          target.read(spoiled, "byte \(index)")
        }
      }
      start += block.totalLength
    }
  }

  /// A pack of these blocks and this footer, right in all its checksums.
  private func pack(_ bench: PackBench, _ blocks: [UInt8], _ footer: [UInt8]) throws -> RefLine.PackLocation {
    var end = PackFooter.magic + footer
    let length = end.count + PackFooter.trailerByteCount
    end.appendLittle(end.withBytes { Zlib.crc32($0) })
    end.appendLittle(UInt32(length))
    end += PackFooter.endMagic
    let whole = PackHeader.encoded(.evidence) + blocks + end
    try bench.files.writeNewFile(bench.folder.path(1), whole, durable: false, replace: true)
    return RefLine.PackLocation(pack: ObjectID(of: whole), file: 1, offset: 0, length: UInt64(whole.count))
  }

  private func varints(_ numbers: [UInt64]) -> [UInt8] {
    var out: [UInt8] = []
    for number in numbers { out.appendVarint(number) }
    return out
  }

  @Test func `of more objects than one may have is neither written nor read`() throws {
    let bench = try PackBench()
    var footer = PackFooter()
    func add(_ count: Int) {
      footer.blocks.append(PackFooter.Block(totalLength: 26, rawLength: count, starts: count))
      footer.objects += [PackFooter.Object](
        repeating: PackFooter.Object(id: ObjectID(of: []), length: 1), count: count)
    }
    for _ in 0..<Limits.objectsPerPack / Limits.partsPerBlock { add(Limits.partsPerBlock) }
    func read() throws -> PackFooter {
      let bytes = footer.encoded()
      let length = UInt64(PackHeader.byteCount + 26 * footer.blocks.count + bytes.count)
      return try bytes.withBytes { raw in try PackFooter(decoding: raw, packLength: length) }
    }
    #expect(try read() == footer)
    add(1)
    #expect(throws: FormatError.self) { try read() }
    let assembler = try PackAssembler(.evidence, bench.files, staging: "/staging")
    try assembler.append(
      objects: (0...Limits.objectsPerPack).map { Array("an object of many \($0)".utf8) }, BlockCoder())
    let error = #expect(throws: StoreError.self) { try assembler.finish() }
    #expect(error?.hint == "commit it in parts")
  }

  /// Whoever reads an object, or a delta of it, pays for each of its blocks.
  @Test(arguments: [100, 65_535, 65_536, 200_000]) func `may not scatter an object over blocks`(length: Int)
    throws
  {
    func read(blocks: Int) throws -> PackFooter {
      var footer = PackFooter()
      footer.objects = [PackFooter.Object(id: ObjectID(of: []), length: UInt64(length))]
      for number in 0..<blocks {
        let raw = number == blocks - 1 ? length - number : 1
        footer.blocks.append(PackFooter.Block(totalLength: 26, rawLength: raw, starts: number == 0 ? 1 : 0))
      }
      let bytes = footer.encoded()
      let whole = UInt64(PackHeader.byteCount + 26 * blocks + bytes.count)
      return try bytes.withBytes { raw in try PackFooter(decoding: raw, packLength: whole) }
    }
    let most = 4 + length / 65_536
    for blocks in 1...most { #expect(try read(blocks: blocks).blocks.count == blocks) }
    for blocks in [most + 1, most + 2, 90] {
      let error = #expect(throws: FormatError.self) { try read(blocks: blocks) }
      #expect(error?.code == .overLimit)
    }
  }

  @Test func `with a footer of huge or misfitting counts is refused`() throws {
    let bench = try PackBench()
    let digest = [UInt8](repeating: 7, count: 32)
    let huge = UInt64(Int64.max)
    let footers: [[UInt8]] = [
      varints([huge]), varints([1, huge, 1, 1, 0]), varints([1, 26, huge, 1, 0]),
      varints([1, 26, 1, huge, 0]),
      varints([1, 26, 1, 16_384]) + varints([huge]), varints([0, huge]),
      varints([0, 1]) + digest + varints([huge]),
      varints([1, 26, 1, 1, 1]) + digest + varints([1 << 40]), varints([1, 26, 0, 0, 0]),
      varints([1, 0, 0, 1, 1]) + digest + varints([0]), varints([0, 0, 0]), [0x80], [0x80, 0x00],
      [UInt8](repeating: 0xFF, count: 11), varints([1, 26, 1, 2, 1]) + digest + varints([1]),
    ]
    for (number, footer) in footers.enumerated() {
      let location = try pack(bench, [UInt8](repeating: 0, count: 26), footer)
      #expect(code { _ = try bench.folder.footer(location) } == .damaged, "footer \(number)")
    }
    let tiny = RefLine.PackLocation(pack: ObjectID(.zero), file: 1, offset: 0, length: 3)
    #expect(code { _ = try bench.folder.footer(tiny) } == .damaged)
    let beyond = RefLine.PackLocation(pack: ObjectID(.zero), file: 1, offset: 1 << 52, length: 1 << 52)
    #expect(code { _ = try bench.folder.footer(beyond) } == .damaged)
  }

  /// A block with these parts of its header, right in its checksum.
  private func block(
    _ codec: Codec, flags: BlockHeader.Flags = [], parts: [Int], bases: [BaseRange] = [], payload: [UInt8],
    rawLength: Int
  ) -> [UInt8] {
    let descriptor = BlockDescriptor(parts: parts, bases: bases).encoded()
    let header = BlockHeader(
      codec: codec, flags: flags, descriptorLength: descriptor.count, storedLength: payload.count,
      rawLength: rawLength, crc: 0)
    var out = header.checkedBytes
    out.appendLittle((out + descriptor + payload).withBytes { Zlib.crc32($0) })
    return out + descriptor + payload
  }

  private func place(_ bench: PackBench, _ block: [UInt8]) throws -> ObjectLocation {
    try bench.files.writeNewFile(bench.folder.path(1), block, durable: false, replace: true)
    return ObjectLocation(file: 1, block: 0, ordinal: 0, length: nil)
  }

  @Test func `that decodes to more or less than it says is refused`() throws {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    let zstd = try #require(zeros.withBytes { Zstd().compress($0, prefix: nil, level: 1) })
    let zlib = try #require(zeros.withBytes { Zlib.compress($0, level: 6) })
    for (codec, payload) in [(Codec.zstd, zstd), (.zlib, zlib)] {
      for rawLength in [payload.count, 1 << 16, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, Limits.blockRawBytes] {
        let bench = try PackBench()
        let place = try place(bench, block(codec, parts: [rawLength], payload: payload, rawLength: rawLength))
        let found = try bench.reader([]).identify(place)
        #expect(found == (rawLength == 1 << 20 ? ObjectID(of: zeros) : nil), "\(codec) \(rawLength)")
      }
    }
  }

  @Test func `with a header over the limits is refused before anything is made of it`() throws {
    let over = Limits.blockRawBytes + 1
    let range = BaseRange(object: ObjectID(.zero), offset: 0, length: Limits.basesRawBytes)
    let blocks = [
      block(.zstd, parts: [over], payload: [1, 2, 3], rawLength: over),
      block(
        .zstd, parts: Array(repeating: 1, count: Limits.partsPerBlock + 1), payload: [1],
        rawLength: Limits.partsPerBlock + 1),
      block(.raw, parts: [1], payload: [1, 2], rawLength: 1),
      block(.zstd, parts: [2], payload: [1, 2, 3], rawLength: 2),
      block(.zstd, parts: [], payload: [], rawLength: 0), block(.raw, parts: [2], payload: [1], rawLength: 1),
      block(.raw, flags: .delta, parts: [1], bases: [range], payload: [1], rawLength: 1),
      block(.zlib, flags: .delta, parts: [9], bases: [range], payload: [1], rawLength: 9),
      block(.zstd, flags: .delta, parts: [9], payload: [1], rawLength: 9),
      block(.zstd, flags: .delta, parts: [9], bases: [range, range], payload: [1], rawLength: 9),
      block(.raw, flags: .continues, parts: [1], payload: [1], rawLength: 1),
      block(.raw, flags: .unfinished, parts: [1, 1], payload: [1, 1], rawLength: 2),
      block(.raw, flags: .unfinished, parts: [0], payload: [], rawLength: 0),
      block(.raw, flags: .unfinished, parts: [1], payload: [1], rawLength: 1),
    ]
    for (number, block) in blocks.enumerated() {
      let bench = try PackBench()
      #expect(try bench.reader([]).identify(place(bench, block)) == nil, "block \(number)")
    }
  }

  @Test func `cannot make a reader decode for ever`() throws {
    // One block that says it goes on, and after it one that says the same: the run ends with the packfile.
    let bench = try PackBench()
    let first = block(.raw, flags: .unfinished, parts: [1], payload: [1], rawLength: 1)
    let next = block(.raw, flags: [.unfinished, .continues], parts: [1], payload: [1], rawLength: 1)
    let place = try place(bench, first + concatenated(Array(repeating: next, count: 1000)))
    #expect(try bench.reader([]).identify(place) == nil)
  }
}
