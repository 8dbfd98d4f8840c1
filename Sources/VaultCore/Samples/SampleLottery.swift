import CLibCrypto

/// The tickets of all records of a population under one seed (docs/format.md, §16.1).
///
/// A ticket is the SHA-256 of 107 bytes, the first 64 of which are the same for every record: they are hashed once.
public struct SampleLottery: Sendable {
  /// What sets these hashes apart from all others.
  public static let tag = Array("evidence-vault.org/sample/1".utf8)

  /// How many records there are.
  public let count: UInt64
  /// SHA-256(seed) and the root.
  private let first: [UInt8]
  /// The tag and the count.
  private let second: [UInt8]

  /// The lottery over the `count` records under `root`.
  public init(seed: [UInt8], root: MerkleHash, count: UInt64) {
    self.count = count
    first = Digest.of(seed).bytes + root.digest.bytes
    var bytes = Self.tag
    bytes.appendLittle(count)
    second = bytes
  }

  /// The lottery of a draw.
  public init(_ draw: SampleDraw) {
    self.init(seed: draw.seed, root: draw.population.root, count: UInt64(draw.population.count))
  }

  /// The ticket of one record, hashed whole.
  public func ticket(of record: UInt64) -> SampleTicket {
    var message = first + second
    message.appendLittle(record)
    return SampleTicket(hash: Digest.of(message), record: record)
  }

  /// The `size` smallest tickets of the records of `range`, in order.
  public func smallest(_ size: Int, of range: Range<UInt64>) -> [SampleTicket] {
    var tickets = SmallestTickets(limit: size)
    guard size > 0 else { return [] }
    var state = [UInt32](repeating: 0, count: 8)
    CLibCrypto_sha256_begin(first, &state)
    var block = second + [UInt8](repeating: 0, count: 64 - second.count)
    let place = second.count
    // FIPS 180-4 §5.1.1: a one bit behind the message, its length in bits at the end.
    block[place + 8] = 0x80
    let bits = UInt64(8 * (first.count + place + 8)).bigEndian
    block.withUnsafeMutableBytes { raw in
      raw.storeBytes(of: bits, toByteOffset: 56, as: UInt64.self)
      for record in range {
        raw.storeBytes(of: record.littleEndian, toByteOffset: place, as: UInt64.self)
        let hash = Self.digest(state, UnsafeRawBufferPointer(raw))
        if hash.prefix64 <= tickets.ceiling { tickets.offer(SampleTicket(hash: hash, record: record)) }
      }
    }
    return tickets.sorted()
  }

  @inline(__always)
  private static func digest(_ state: [UInt32], _ block: UnsafeRawBufferPointer) -> Digest {
    var out = Digest.zero
    Swift.withUnsafeMutableBytes(of: &out) { bytes in
      CLibCrypto_sha256_end(
        state, block.baseAddress?.assumingMemoryBound(to: UInt8.self),
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    return out
  }

  /// The `size` smallest of tickets from ranges that lie apart, in order.
  public static func merged(_ parts: [[SampleTicket]], size: Int) -> [SampleTicket] {
    Array(parts.joined().sorted().prefix(size))
  }

  /// The records of a draw, in the order of their tickets.
  public static func records(of draw: SampleDraw) -> [UInt64] {
    let lottery = SampleLottery(draw)
    return lottery.smallest(draw.size, of: 0..<lottery.count).map(\.record)
  }
}
