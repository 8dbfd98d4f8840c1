import VaultCore
import VaultSigning

// MARK: - Frames

extension Channel {
  /// The next frame's header, keep-alives passed over; nil where the stream ends before it.
  func nextFrame(until deadline: Deadline? = nil) throws -> FrameHeader? {
    guard frameLeft == 0 else { throw ChannelError(.closed, "announced data have not been read") }
    while true {
      while incoming.count < FrameHeader.byteCount {
        guard try readMore(until: deadline) else {
          if incoming.count == 0 { return nil }
          throw ChannelError(.cut, "the stream ends inside a frame's header")
        }
      }
      let header = try FrameHeader(incoming.bytes)
      incoming.drop(FrameHeader.byteCount)
      if header.kind != .keepAlive { return header }
      // A peer that sends nothing else is alive, and still has to come to its point.
      if let deadline, deadline.remaining == 0 {
        throw ChannelError(.idle, "the peer took longer than it was given")
      }
    }
  }

  /// Gives the next `count` bytes of a payload to `body`, in pieces as they come.
  func takePayload(
    _ count: Int, until deadline: Deadline? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var left = count
    while left > 0 {
      if incoming.count == 0 {
        guard try readMore(until: deadline) else {
          throw ChannelError(.cut, "the stream ends inside a frame")
        }
      }
      let piece = UnsafeRawBufferPointer(rebasing: incoming.bytes.prefix(left))
      try body(piece)
      left -= piece.count
      incoming.drop(piece.count)
    }
  }
}

// MARK: - Messages

extension Channel {
  /// Sends a message, over several frames where it needs them.
  public func send(_ message: some Message) throws {
    let bytes = message.encoded()
    let limit = side == .client ? WireLimits.frameBytes : WireLimits.answerBytes
    guard bytes.count <= limit else {
      throw Refusal(.limit, "a message of \(bytes.count) bytes is over \(limit)")
    }
    try explained { () throws(ChannelError) in
      try bytes.withBytes { (bytes) throws(ChannelError) in try sendMessage(bytes) }
    }
  }

  /// Where a server no longer reads, what it said last tells why: its refusal is thrown instead.
  func explained(_ send: () throws(ChannelError) -> Void) throws {
    do {
      try send()
    } catch {
      guard error.code == .gone, side == .client, case .refused(let refusal)? = try? receiveAnswer() else {
        throw error
      }
      throw refusal
    }
  }

  private func sendMessage(_ bytes: UnsafeRawBufferPointer) throws(ChannelError) {
    var rest = bytes
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(WireLimits.frameBytes))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      payload.copyMemory(from: piece)
      try sendFrame(FrameHeader(.message, length: piece.count, continues: !rest.isEmpty))
    }
  }

  /// Where the payload of the next frame is put.
  var payload: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: frame[FrameHeader.byteCount...])
  }

  /// Sends the frame whose payload was put there.
  func sendFrame(_ header: FrameHeader) throws(ChannelError) {
    header.write(to: frame)
    try write(UnsafeRawBufferPointer(rebasing: frame[..<(FrameHeader.byteCount + header.length)]))
  }

  /// The next question; nil where the client went away between two. Throws `idle` where it takes longer than so many
  /// milliseconds, if any.
  public func receiveQuestion(within milliseconds: Int? = nil) throws -> Question? {
    guard let value = try receiveValue(within: milliseconds, limit: WireLimits.frameBytes) else { return nil }
    return try Self.read { () throws(FormatError) in try Question(value: value) }
  }

  /// The answer of a type that a question calls for. What was refused is thrown as the server's `Refusal`; any other
  /// answer is a refusal of code `protocol`, and the end of the stream is `cut`.
  public func receive<Due: Message>(_ type: Due.Type) throws -> Due {
    switch try receiveAnswer() {
    case .refused(let refusal): throw refusal
    case let answer:
      guard let message = answer.message as? Due else {
        throw Refusal(.protocol, "\"\(type.documentType)\" is due, not \"\(answer.type)\"")
      }
      return message
    }
  }

  /// The next answer, whatever it is.
  public func receiveAnswer() throws -> Answer {
    guard let value = try receiveValue(within: nil, limit: WireLimits.answerBytes) else {
      throw ChannelError(.cut, "the stream ends where an answer is due")
    }
    return try Self.read { () throws(FormatError) in try Answer(value: value) }
  }

  /// Asks, and gives the answer of the type that the question calls for; see `receive`.
  public func ask<Due: Message>(_ question: some Message, for type: Due.Type) throws -> Due {
    try send(question)
    return try receive(type)
  }

  /// The value of the next message; nil where the stream ends before it.
  private func receiveValue(within milliseconds: Int?, limit: Int) throws -> CanonicalValue? {
    let deadline = milliseconds.map { Deadline(milliseconds: $0) }
    guard let header = try nextFrame(until: deadline) else { return nil }
    let bytes = try receiveMessage(header, until: deadline, limit: limit)
    return try Self.read { () throws(FormatError) in
      try CanonicalValue(canonical: bytes, values: WireLimits.values)
    }
  }

  /// The bytes of the message that begins with this frame.
  func receiveMessage(_ first: FrameHeader, until deadline: Deadline? = nil, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var header = first
    while true {
      guard header.kind == .message else { throw Refusal(.protocol, "data that nothing announced") }
      guard bytes.count + header.length <= limit else {
        throw Refusal(.protocol, "a message is over \(limit) bytes")
      }
      bytes.reserveCapacity(bytes.count + header.length)
      try takePayload(header.length, until: deadline) { bytes.append(contentsOf: $0) }
      guard header.continues else { return bytes }
      guard let next = try nextFrame(until: deadline) else {
        throw ChannelError(.cut, "the stream ends inside a message")
      }
      header = next
    }
  }

  /// Bytes that break a message's form break the protocol.
  static func read<R>(_ body: () throws(FormatError) -> R) throws(Refusal) -> R {
    do {
      return try body()
    } catch {
      throw Refusal(.protocol, error.reason)
    }
  }
}
