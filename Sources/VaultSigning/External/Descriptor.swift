import CLibCrypto
import Glibc

/// An owned file descriptor above 2, closed on exec, closed once.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes over `raw`; one of 0 to 2 is moved up, so that it never collides with a child's own three.
  init(owning raw: Int32) throws(SigningError) {
    let moved = raw <= 2 && raw >= 0 ? fcntl(raw, F_DUPFD_CLOEXEC, 3) : raw
    let reason = errno
    if moved != raw { close(raw) }
    number = moved
    guard moved >= 0 else {
      throw SigningError(.spawnFailed, "a descriptor could not be made, errno \(reason)")
    }
  }

  private init() { number = -1 }

  /// No descriptor.
  static var none: Descriptor { Descriptor() }

  deinit {
    if number >= 0 { close(number) }
  }

  /// The two ends of a pipe.
  struct Pipe: ~Copyable {
    var reading: Descriptor
    var writing: Descriptor

    /// Lets as much wait in the pipe as an unprivileged process may have, where that is allowed: both ends then wake
    /// each other less often.
    borrowing func widen() { _ = fcntl(writing.number, Self.setSize, 1 << 20) }

    /// `F_SETPIPE_SZ` of Linux.
    private static let setSize: Int32 = 1031
  }

  static func pipe() throws(SigningError) -> Pipe {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw SigningError(.spawnFailed, "a pipe could not be made, errno \(errno)")
    }
    let reading = try Descriptor(owning: ends[0])
    let writing = try Descriptor(owning: ends[1])
    return Pipe(reading: reading, writing: writing)
  }

  /// `MFD_CLOEXEC` of Linux.
  private static let closeOnExec: UInt32 = 1

  /// A file without a name that holds `bytes`, to be read from its start; `isPrivate` as a key file is, which
  /// ssh-keygen looks at.
  static func anonymousFile(_ bytes: [UInt8], isPrivate: Bool = false) throws(SigningError) -> Descriptor {
    let file = try Descriptor(owning: memfd_create("signed", closeOnExec))
    guard !isPrivate || fchmod(file.number, 0o400) == 0 else {
      throw SigningError(.spawnFailed, "the payload could not be protected, errno \(errno)")
    }
    var done = 0
    while done < bytes.count {
      let wrote = bytes.withUnsafeBytes { view in
        pwrite(file.number, view.baseAddress.map { $0 + done }, view.count - done, off_t(done))
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else {
        throw SigningError(.spawnFailed, "the payload could not be buffered, errno \(errno)")
      }
      done += wrote
    }
    return file
  }
}
