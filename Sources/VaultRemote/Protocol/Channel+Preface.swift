import VaultSigning

extension Channel {
  /// The line that each side begins with.
  static let preface = Array("evidence-vault/1\r\n".utf8)

  /// Sends this side's preface, reads the peer's, and sends keep-alives from then on.
  ///
  /// A client skips up to 64 KiB of other lines, which login shells may print; a server skips nothing. Throws
  /// `noPreface` where the peer ended before, `silent` where it did not begin in time.
  public func open() throws {
    do {
      try Self.preface.withUnsafeBytes { try write($0) }
    } catch let error as ChannelError {
      // What the peer wrote before it went away says more than that it has gone.
      guard error.code == .gone else { throw error }
    }
    if side == .client { try skipChatter() } else { try expectPreface() }
    beginKeepAlives()
  }

  private func expectPreface() throws {
    let deadline = Deadline(milliseconds: timing.preface)
    while true {
      let have = min(incoming.count, Self.preface.count)
      guard incoming.bytes.prefix(have).elementsEqual(Self.preface.prefix(have)) else {
        throw Refusal(.protocol, "the client does not begin as this version of the protocol does")
      }
      if have == Self.preface.count { break }
      guard try readMore(until: deadline, silence: timing.preface) else { throw prefaceMissing([]) }
    }
    incoming.drop(Self.preface.count)
  }

  private func skipChatter() throws {
    let deadline = Deadline(milliseconds: timing.preface)
    var skipped = 0
    var shown: [UInt8] = []
    while true {
      while let end = incoming.bytes.firstIndex(of: UInt8(ascii: "\n")) {
        let line = incoming.bytes[...end]
        if line.elementsEqual(Self.preface) { return incoming.drop(end + 1) }
        shown.append(contentsOf: line.prefix(200 - min(shown.count, 200)))
        skipped += line.count
        try checkChatter(line, skipped)
        incoming.drop(end + 1)
      }
      try checkChatter([], skipped + incoming.count)
      guard try readMore(until: deadline, silence: timing.preface) else {
        throw prefaceMissing(shown + incoming.bytes.prefix(200))
      }
    }
  }

  /// Refuses a line of another version, and a peer that never comes to its preface.
  private func checkChatter(_ line: some Collection<UInt8>, _ skipped: Int) throws(Refusal) {
    guard !line.starts(with: Self.preface.dropLast(3)) else {
      throw Refusal(.protocol, "the remote speaks another version: \(printable(line.prefix(40)))")
    }
    guard skipped <= WireLimits.chatterBytes else {
      throw Refusal(.protocol, "over \(WireLimits.chatterBytes) bytes stand before the remote's preface")
    }
  }

  private func prefaceMissing(_ said: [UInt8]) -> ChannelError {
    let words = said.isEmpty ? "" : "; it said: \(printable(said.prefix(200)))"
    return ChannelError(.noPreface, "the peer ended before it began to speak the protocol\(words)")
  }
}

/// Text of a peer that does not speak the protocol, on one line and safe to show.
private func printable(_ bytes: some Collection<UInt8>) -> String {
  let shown = bytes.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: " ") }
  return String(decoding: shown, as: UTF8.self).split(separator: " ").joined(separator: " ")
}
