import VaultCore

/// The eight bytes before a frame's payload (docs/protocol.md, §2.1).
struct FrameHeader: Hashable {
  enum Kind: UInt8 {
    case keepAlive = 0
    case message = 1
    case data = 2
  }

  let kind: Kind
  /// Bytes of the payload.
  let length: Int
  /// True where the next frame of its kind goes on with the same message.
  let continues: Bool

  static let byteCount = 8

  init(_ kind: Kind, length: Int, continues: Bool = false) {
    self.kind = kind
    self.length = length
    self.continues = continues
  }

  /// Reads the first eight of `bytes`; whatever the page does not know is refused with `protocol`.
  init(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
    let length = bytes.little(UInt32.self, at: 0)
    guard length <= WireLimits.frameBytes else {
      throw Refusal(.protocol, "a frame of \(length) bytes is over \(WireLimits.frameBytes)")
    }
    guard let kind = Kind(rawValue: bytes[4]) else {
      throw Refusal(.protocol, "a frame of the unknown type \(bytes[4])")
    }
    self.init(kind, length: Int(length), continues: bytes[5] == 1)
    guard bytes[5] <= 1, bytes[6] == 0, bytes[7] == 0 else {
      throw Refusal(.protocol, "a frame's reserved bytes are not zero")
    }
    guard (length == 0) == (kind == .keepAlive) else {
      throw Refusal(.protocol, kind == .keepAlive ? "a keep-alive has a payload" : "a frame is empty")
    }
    guard !continues || kind == .message && length == WireLimits.frameBytes else {
      throw Refusal(.protocol, "only a full frame of a message is continued")
    }
  }

  /// Writes the header to the first eight of `bytes`.
  func write(to bytes: UnsafeMutableRawBufferPointer) {
    bytes.storeBytes(of: UInt32(length).littleEndian, as: UInt32.self)
    bytes[4] = kind.rawValue
    bytes[5] = continues ? 1 : 0
    bytes[6] = 0
    bytes[7] = 0
  }
}
