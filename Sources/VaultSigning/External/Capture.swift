import Glibc

/// What a program writes, read from both of its pipes as it comes.
struct Capture {
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []
  private let outputLimit: Int
  private static let errorLimit = 65_536

  init(outputLimit: Int) { self.outputLimit = outputLimit }

  /// Reads until both ends are closed. Standard error beyond its limit is dropped.
  mutating func read(
    output: borrowing Descriptor, errors: borrowing Descriptor, until deadline: Deadline
  ) throws(SigningError) {
    var watched = [
      pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errors.number, events: Int16(POLLIN), revents: 0),
    ]
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while watched.contains(where: { $0.fd >= 0 }) {
      let remaining = deadline.remaining
      let ready = poll(&watched, 2, remaining)
      guard ready >= 0 || errno == EINTR else {
        throw SigningError(.spawnFailed, "the signer's output could not be watched, errno \(errno)")
      }
      guard remaining > 0 else { throw Deadline.passed }
      guard ready > 0 else { continue }
      for index in 0..<2 where watched[index].fd >= 0 && watched[index].revents != 0 {
        let count = try readSome(watched[index].fd, &buffer)
        if count == 0 { watched[index].fd = -1 }
        try keep(buffer[..<count], isError: index == 1)
      }
    }
  }

  private func readSome(_ descriptor: Int32, _ buffer: inout [UInt8]) throws(SigningError) -> Int {
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else {
        throw SigningError(.spawnFailed, "the signer's output could not be read, errno \(errno)")
      }
    }
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>, isError: Bool) throws(SigningError) {
    if isError {
      errors.append(contentsOf: bytes.prefix(Self.errorLimit - errors.count))
      return
    }
    guard bytes.count <= outputLimit - output.count else {
      throw SigningError(.outputTooLarge, "the signer wrote more than \(outputLimit) bytes")
    }
    output.append(contentsOf: bytes)
  }
}
