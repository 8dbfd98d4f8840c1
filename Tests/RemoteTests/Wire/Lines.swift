import Glibc
import Synchronization
import Testing
import VaultCore
import VaultFiles
import VaultRemote

/// A descriptor that is closed when the last of its owners lets go.
final class Handle: Sendable {
  let number: Int32
  init(_ number: Int32) { self.number = number }
  deinit { close(number) }

  /// A file without a name that holds these bytes, read from the first.
  static func memory(_ bytes: [UInt8] = []) throws -> Handle {
    var name = Array("/tmp/wire-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
    let handle = Handle(mkstemp(&name))
    unlink(name)
    try #require(handle.number >= 0 && pwrite(handle.number, bytes, bytes.count, 0) == bytes.count)
    return handle
  }

  static func pipe() throws -> (reading: Handle, writing: Handle) {
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    return (Handle(ends[0]), Handle(ends[1]))
  }

  func write(_ bytes: [UInt8]) { #expect(Glibc.write(number, bytes, bytes.count) == bytes.count) }
}

/// A channel with the descriptors that it uses.
final class Wire {
  let channel: Channel
  let reading: Handle
  let writing: Handle

  init(_ reading: Handle, _ writing: Handle, _ side: Channel.Side, _ timing: Timing = Timing()) throws {
    channel = try Channel(reading: reading.number, writing: writing.number, side: side, timing: timing)
    self.reading = reading
    self.writing = writing
  }

  deinit { channel.close() }

  /// A side whose peer said these bytes and ended.
  convenience init(hearing bytes: [UInt8], _ side: Channel.Side) throws {
    try self.init(Handle.memory(bytes), Handle(open("/dev/null", O_WRONLY)), side)
  }

  /// What a side says in `body`, after its preface.
  static func said(_ side: Channel.Side, _ body: (Channel) throws -> Void) throws -> [UInt8] {
    let file = try Handle.memory()
    let line = try Wire(Handle.memory(preface), file, side)
    try line.channel.open()
    try body(line.channel)
    var bytes = [UInt8](repeating: 0, count: Int(line.channel.bytesSent))
    try #require(pread(file.number, &bytes, bytes.count, 0) == bytes.count)
    return bytes
  }

  /// Runs both sides of a session, each on a thread of its own that closes its ends when it is done. The server's
  /// channel is open, unless `server` opens it itself.
  static func session(
    _ timing: Timing = Timing(), serverOpens: Bool = false, client: @Sendable (Channel) throws -> Void,
    server: @Sendable (Channel) throws -> Void
  ) throws {
    let ends = Mutex(try bothEnds())
    try Parallel.run(workers: 2) { (worker) throws(any Error) in
      let own = ends.withLock { $0.removeValue(forKey: worker) }
      guard let own else { return }
      let line = try Wire(own.reading, own.writing, worker == 0 ? .client : .server, timing)
      if worker == 0 || !serverOpens { try line.channel.open() }
      try worker == 0 ? client(line.channel) : server(line.channel)
    }
  }

  private static func bothEnds() throws -> [Int: (reading: Handle, writing: Handle)] {
    let up = try Handle.pipe()
    let down = try Handle.pipe()
    return [0: (down.reading, up.writing), 1: (up.reading, down.writing)]
  }
}

let preface = Array("evidence-vault/1\r\n".utf8)

/// A frame as its bytes.
func frame(_ type: UInt8, _ payload: [UInt8], _ reserved: [UInt8] = [0, 0, 0], length: Int? = nil) -> [UInt8]
{
  withUnsafeBytes(of: UInt32(length ?? payload.count).littleEndian) { Array($0) } + [type] + reserved
    + payload
}

func message(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

func expectEnd(
  _ code: ChannelError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: ChannelError.self, sourceLocation: sourceLocation, performing: body)
  #expect(error?.code == code, sourceLocation: sourceLocation)
}

func expectRefusal(
  _ code: Refusal.Code = .protocol, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  let error = #expect(throws: Refusal.self, sourceLocation: sourceLocation, performing: body)
  #expect(error?.code == code, sourceLocation: sourceLocation)
}
