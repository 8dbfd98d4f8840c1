import Glibc

/// What arrives at a descriptor, in one buffer that is used again and again.
struct Incoming: ~Copyable {
  /// How one attempt to read ended.
  enum Attempt {
    /// Something arrived.
    case some
    /// Nothing has arrived yet, or the buffer is full.
    case nothing
    /// Nothing will arrive any more.
    case end
  }

  let descriptor: Int32
  /// All bytes that ever arrived.
  private(set) var total: Int64 = 0
  private let buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var isAtEnd = false

  private static let capacity = WireLimits.frameBytes

  /// Reads from `descriptor`, which does not block.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    buffer = .allocate(byteCount: Self.capacity, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// How many bytes stand in the buffer.
  var count: Int { end - start }

  /// Whether another read has room.
  var hasRoom: Bool { count < Self.capacity && !isAtEnd }

  /// The bytes that stand in the buffer; they are good until the next read.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[start..<end]) }

  /// Is done with the first `count` bytes.
  mutating func drop(_ count: Int) {
    start += count
    if start == end {
      start = 0
      end = 0
    }
  }

  /// One read(2), which does not wait. Throws `cut` where the connection was broken, and `system`.
  mutating func read() throws(ChannelError) -> Attempt {
    if isAtEnd { return .end }
    makeRoom()
    guard end < Self.capacity else { return .nothing }
    while true {
      let space = UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
      let count = Glibc.read(descriptor, space.baseAddress, space.count)
      if count > 0 {
        end += count
        total += Int64(count)
        return .some
      }
      if count == 0 {
        isAtEnd = true
        return .end
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      case ECONNRESET: throw ChannelError(.cut, "the connection was broken")
      default: throw ChannelError(.system, "the peer could not be read from, errno \(errno)")
      }
    }
  }

  /// Moves what is left to the buffer's beginning where it stands at its end: a few bytes of a header as a rule.
  private mutating func makeRoom() {
    guard end == Self.capacity, start > 0 else { return }
    let kept = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    buffer.copyMemory(from: kept)
    end = kept.count
    start = 0
  }
}
