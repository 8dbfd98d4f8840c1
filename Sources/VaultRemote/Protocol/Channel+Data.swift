import VaultCore
import VaultFiles
import VaultSigning

extension Channel {
  /// Sends the bytes of a file from `offset` on as data, in pieces; a message has announced so many. `sent` is told of
  /// each piece.
  ///
  /// Throws `shortFile` where the file ends before, and `FileError`; data that was announced is then missing, so
  /// the channel is closed.
  public func send(
    _ file: borrowing File, from offset: Int64, count: Int64, sent: (Int) -> Void = { _ in }
  ) throws {
    var done: Int64 = 0
    while done < count {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: payload.prefix(Int(clamping: min(count - done, Int64(WireLimits.frameBytes)))))
      do {
        guard try file.preadFully(into: piece, at: offset + done) == piece.count else {
          throw ChannelError(.shortFile, "\(file.path) has fewer bytes than were announced")
        }
      } catch {
        close()
        throw error
      }
      try explained { () throws(ChannelError) in try sendFrame(FrameHeader(.data, length: piece.count)) }
      done += Int64(piece.count)
      sent(piece.count)
    }
  }

  /// Gives exactly `count` announced bytes of data to `sink`, in pieces of at most one frame as they come; a piece is
  /// good only during the call.
  ///
  /// What the server says in place of data is thrown as its `Refusal`. An error of `sink` is thrown as it is;
  /// `dataOwed` then says how many bytes are still due, the piece's own not among them, for `discardData`. Throws
  /// `idle` where so many milliseconds, if any, pass without data.
  public func receiveData(
    _ count: Int64, within milliseconds: Int? = nil, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    dataOwed = count
    while dataOwed > 0 {
      let deadline = milliseconds.map { Deadline(milliseconds: $0) }
      if frameLeft == 0 { frameLeft = try dataFrame(until: deadline) }
      if incoming.count == 0 {
        guard try readMore(until: deadline) else {
          throw ChannelError(.cut, "the stream ends inside announced data")
        }
      }
      let piece = UnsafeRawBufferPointer(rebasing: incoming.bytes.prefix(frameLeft))
      frameLeft -= piece.count
      dataOwed -= Int64(piece.count)
      // Dropping moves no bytes: the piece is good until the next read.
      incoming.drop(piece.count)
      try sink(piece)
    }
  }

  /// Reads on past the data that are still due, so that the session can go on after an error of a sink.
  public func discardData(within milliseconds: Int? = nil) throws {
    try receiveData(dataOwed, within: milliseconds) { _ in }
  }

  /// The length of the next data frame.
  private func dataFrame(until deadline: Deadline?) throws -> Int {
    guard let header = try nextFrame(until: deadline) else {
      throw ChannelError(.cut, "the stream ends where announced data are due")
    }
    guard header.kind == .data else { throw try refusalInsteadOfData(header) }
    guard header.length <= dataOwed else {
      throw Refusal(.protocol, "more data than were announced")
    }
    return header.length
  }

  private func refusalInsteadOfData(_ header: FrameHeader) throws -> Refusal {
    let bytes = try receiveMessage(header, limit: WireLimits.frameBytes)
    let value = try Self.read { () throws(FormatError) in
      try CanonicalValue(canonical: bytes, values: WireLimits.values)
    }
    guard side == .client else { return Refusal(.protocol, "a message where announced data are due") }
    guard case .refused(let refusal) = try Self.read({ () throws(FormatError) in try Answer(value: value) })
    else { return Refusal(.protocol, "a message where announced data are due") }
    dataOwed = 0
    return refusal
  }
}
