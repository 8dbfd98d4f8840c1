import Glibc
import VaultCore
import VaultFiles
import VaultSigning

/// One side of a session over two descriptors (docs/protocol.md, §2): prefaces, frames, messages and data.
///
/// One thread at a time uses a channel; keep-alives come from a thread of the channel's own, however long the other is
/// busy. Every function that waits throws `ChannelError` where the session is over, and a `Refusal` of code `protocol`
/// for whatever the peer says that the page does not know.
public final class Channel {
  /// Which side of the session this is.
  public enum Side: Hashable, Sendable {
    case client
    case server
  }

  public let side: Side
  let timing: Timing
  var incoming: Incoming
  let outgoing: Outgoing
  /// Announced bytes of data that have not been read.
  public internal(set) var dataOwed: Int64 = 0
  /// Bytes of the current data frame that have not been read.
  var frameLeft = 0
  /// A frame that is sent: its header, then its payload.
  let frame: UnsafeMutableRawBufferPointer
  private var pulse: Pulse?
  private let flags: [(descriptor: Int32, flags: Int32)]

  /// A side that reads from one descriptor and writes to another. Both stay the caller's, who closes them after
  /// `close()`; until then they do not block.
  ///
  /// Throws `system` where a descriptor is none.
  public init(
    reading: Int32, writing: Int32, side: Side, timing: Timing = Timing()
  ) throws(ChannelError) {
    flags = try [Self.unblock(reading), Self.unblock(writing)]
    self.side = side
    self.timing = timing
    incoming = Incoming(reading)
    let outgoing = Outgoing(writing, keepAlive: timing.keepAlive)
    self.outgoing = outgoing
    frame = .allocate(byteCount: FrameHeader.byteCount + WireLimits.frameBytes, alignment: 16)
  }

  deinit {
    close()
    frame.deallocate()
  }

  /// Bytes that were sent, frames and keep-alives included.
  public var bytesSent: Int64 { outgoing.total }

  /// Bytes that have arrived, frames and keep-alives included.
  public var bytesReceived: Int64 { incoming.total }

  /// Sends no more, keep-alives included; the descriptors are as they were before.
  public func close() {
    guard !isClosed else { return }
    isClosed = true
    outgoing.close()
    pulse = nil
    for (descriptor, flags) in flags.reversed() { _ = fcntl(descriptor, F_SETFL, flags) }
  }

  /// Whether `close()` was called.
  private(set) var isClosed = false

  private static func unblock(_ descriptor: Int32) throws(ChannelError) -> (Int32, Int32) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
      throw ChannelError(.system, "a descriptor of the channel is not open, errno \(errno)")
    }
    return (descriptor, flags)
  }

  /// Sends keep-alives from now on.
  func beginKeepAlives() {
    pulse = Pulse(after: timing.keepAlive) { [outgoing] in outgoing.keepAlive() }
  }
}

// MARK: - Waiting

extension Channel {
  /// Reads something more into `incoming`; false where nothing will come any more. Throws `silent` when nothing came
  /// for too long, and `idle` when `deadline` has passed.
  func readMore(until deadline: Deadline? = nil, silence: Int? = nil) throws(ChannelError) -> Bool {
    guard !isClosed else { throw ChannelError(.closed, "the channel is closed") }
    let silent = Deadline(milliseconds: silence ?? timing.silence)
    while true {
      switch try incoming.read() {
      case .some: return true
      case .end: return false
      case .nothing: break
      }
      let patience = min(silent.remaining, deadline?.remaining ?? .max)
      guard patience > 0 else {
        throw silent.remaining == 0
          ? ChannelError(.silent, "the peer has been silent for too long")
          : ChannelError(.idle, "the peer took longer than it was given")
      }
      var watched = [pollfd(fd: incoming.descriptor, events: Int16(POLLIN), revents: 0)]
      try wait(&watched, patience)
    }
  }

  /// Sends bytes as they are.
  func write(_ bytes: UnsafeRawBufferPointer) throws(ChannelError) {
    let peer = Patience(timing.silence)
    try outgoing.write(bytes) { () throws(ChannelError) in try waitForRoom(peer) }
  }

  /// Returns when more can be sent. A peer that takes nothing may be busy: it is dead only when nothing comes from it
  /// either, so what comes is read meanwhile, as far as there is room.
  private func waitForRoom(_ peer: Patience) throws(ChannelError) {
    let before = incoming.total
    var watched = [pollfd(fd: outgoing.descriptor, events: Int16(POLLOUT), revents: 0)]
    if incoming.hasRoom {
      watched.append(pollfd(fd: incoming.descriptor, events: Int16(POLLIN), revents: 0))
    }
    guard peer.deadline.remaining > 0 else {
      throw ChannelError(.silent, "the peer has taken nothing for too long")
    }
    try wait(&watched, peer.deadline.remaining)
    if watched.count > 1 && watched[1].revents != 0 { _ = try incoming.read() }
    if watched[0].revents != 0 || incoming.total > before { peer.renew() }
  }

  private func wait(_ watched: inout [pollfd], _ milliseconds: Int32) throws(ChannelError) {
    guard poll(&watched, nfds_t(watched.count), milliseconds) >= 0 || errno == EINTR else {
      throw ChannelError(.system, "the peer could not be watched, errno \(errno)")
    }
  }
}

/// How long is still waited for a peer that may show a sign of life.
private final class Patience {
  private let milliseconds: Int
  private(set) var deadline: Deadline

  init(_ milliseconds: Int) {
    self.milliseconds = milliseconds
    deadline = Deadline(milliseconds: milliseconds)
  }

  func renew() { deadline = Deadline(milliseconds: milliseconds) }
}
