import Testing
import VaultCore
import VaultFiles

@testable import VaultRemote
@testable import VaultStore

/// Keeps what it is given.
private final class Arrived: ArrivalSink {
  var whole: [ObjectID: [UInt8]] = [:]
  var begun = 0
  private var open: [UInt8]?
  private var ended: [ObjectID: [UInt8]] = [:]

  func begin() {
    open = []
    begun += 1
  }
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    open?.append(contentsOf: bytes)
    return open != nil
  }
  func end(_ id: ObjectID) { ended[id] = open.take() }
  func drop() { open = nil }
  func settle(_ held: Set<ObjectID>) {
    for (id, bytes) in ended where held.contains(id) { whole[id] = bytes }
    ended = [:]
  }
  func giveUp() -> Bool { false }
}

@Suite struct `Packs that arrive` {
  private static let noise = (0..<5).map { number -> [UInt8] in
    var chance = SeededNumbers(seed: UInt64(number) + 1)
    return (0..<[900, 600_000, 1_300_000, 2 << 20, 40_000][number]).map { _ in
      UInt8(truncatingIfNeeded: chance.next())
    }
  }
  private static let text = Array(repeating: "what compresses is no longer there as it was\n", count: 40_000)
    .joined()

  /// A pack of these objects, each block as the vault makes it.
  private func pack(_ objects: [[UInt8]]) throws -> [UInt8] {
    let pack = try PackAssembler(.evidence, MemoryFiles(), staging: "/staging")
    _ = try pack.append(objects: objects, BlockCoder())
    return try pack.finish().spool.bytes()
  }

  private func named(_ packs: [[UInt8]]) -> [CarriedLine.Pack] {
    packs.map { CarriedLine.Pack(ObjectID(of: $0), length: $0.count) }
  }

  /// What comes of packs that are named `names` and come as `bytes`, in pieces of up to so many bytes.
  private func arrive(
    _ names: [CarriedLine.Pack], _ bytes: [UInt8], upTo piece: Int
  ) -> (areSound: Bool, whole: [ObjectID: [UInt8]]) {
    let sink = Arrived()
    var arriving = ArrivingPacks(names, sink)
    var chance = SeededNumbers(seed: UInt64(piece))
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 + Int(chance.next() % UInt64(piece)))
      part.withUnsafeBytes { arriving.take($0) }
      rest = rest.dropFirst(part.count)
    }
    return (arriving.areSound, sink.whole)
  }

  @Test(arguments: [7, 100, 65_536, 3 << 20])
  func `give the objects of many blocks that are stored raw, in pieces of any size`(piece: Int) throws {
    let noise = Self.noise
    let small = Array(noise[0][..<60])
    let packs =
      piece == 7
      ? [try pack([small, noise[0]])]
      : [
        try pack([noise[0], noise[2], Array(Self.text.utf8), noise[3]]), try pack([Array(Self.text.utf8)]),
        try pack([noise[1], noise[3], noise[4]]),
      ]
    let (areSound, whole) = arrive(named(packs), concatenated(packs), upTo: piece)
    #expect(areSound)
    #expect(
      whole == (piece == 7 ? [:] : [ObjectID(of: noise[2]): noise[2], ObjectID(of: noise[3]): noise[3]]))
  }

  @Test func `that are damaged give no object under another's name, and are not sound`() throws {
    let good = try pack([Self.noise[2]])
    for at in Array(0..<80) + stride(from: 80, to: good.count, by: 61_007) + (good.count - 90..<good.count) {
      var bytes = good
      bytes[at] ^= 1 << UInt8(at % 8)
      let (areSound, whole) = arrive(named([good]), bytes, upTo: 1 << 20)
      #expect(!areSound, "byte \(at)")
      #expect(whole.allSatisfy { ObjectID(of: $1) == $0 }, "byte \(at)")
    }
  }

  @Test func `that are damaged under a name that fits give no object that cannot be read again`() throws {
    // Whoever serves packs can name them as he likes: the header's CRC, the descriptor, a payload, the footer.
    let object = Self.noise[2]
    let good = try pack([object])
    let footer = good.count - 150
    for at in Array(16..<48) + [500_000] + Array(footer..<good.count) {
      var bytes = good
      bytes[at] ^= 1 << UInt8(at % 8)
      let (areSound, whole) = arrive(named([bytes]), bytes, upTo: 1 << 20)
      #expect(areSound)
      guard !whole.isEmpty else { continue }
      // What is taken can be read from the pack as it is.
      let files = MemoryFiles()
      try files.makeDirectories("/packs")
      try files.writeNewFile("/packs/000001.pack", bytes)
      let folder = PackFolder(files, path: "/packs")
      let place = RefLine.PackLocation(
        pack: ObjectID(of: bytes), file: 1, offset: 0, length: UInt64(bytes.count))
      let reader = ObjectReader(folder, PackLocator([try folder.footer(place)]))
      #expect(try reader.read(ObjectID(of: object), limit: object.count) == object, "byte \(at)")
    }
  }

  @Test func `of nothing but headers make no files`() throws {
    var header = Array("VBLK".utf8) + [0, 4, 0, 0]
    header += [UInt8](repeating: 0, count: 16)
    let bytes = [UInt8](repeating: 0, count: 16) + Array(repeatElement(header, count: 10_000).joined())
    let sink = Arrived()
    var arriving = ArrivingPacks(named([bytes]), sink)
    bytes.withUnsafeBytes { arriving.take($0) }
    #expect(arriving.areSound && sink.begun == 0)
  }

  @Test func `that end early, or go on behind the last one, are not more than they are`() throws {
    let good = try pack([Self.noise[2]])
    let short = arrive(named([good]), Array(good.dropLast()), upTo: 1 << 16)
    #expect(!short.areSound)
    let long = arrive(named([good]), good + good, upTo: 1 << 16)
    #expect(long.areSound && long.whole.count == 1)
  }
}

/// Numbers by chance, the same for the same seed.
private struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
