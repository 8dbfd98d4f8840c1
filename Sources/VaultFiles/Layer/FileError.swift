import Glibc

/// A system call that failed: what was tried, on what, and the system's reason.
public struct FileError: Error, Sendable, Equatable {
  /// The call, in the vocabulary of the manual's section 2: `open`, `read`, `write`, `fsync`, …
  public let operation: String

  /// The path as the caller gave it; empty where a layer knows only a descriptor.
  public let path: String

  /// The system's error number, or ``processDied``.
  public let errno: Int32

  public init(operation: String, path: String, errno: Int32) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }

  /// What every call throws once a fault layer has simulated the end of the process. No system uses it.
  public static let processDied: Int32 = -1

  /// Whether there is no room: on the disk, or in what the user may use of it.
  public var isFull: Bool { errno == ENOSPC || errno == EDQUOT }

  /// The disk lost what was written to a file whose fsync failed.
  public static func lost(_ path: String) -> FileError {
    FileError(operation: "fsync", path: path, errno: EIO)
  }

  /// The same failure, told of `path`.
  func of(_ path: String) -> FileError {
    FileError(operation: operation, path: path, errno: errno)
  }
}

extension FileError: CustomStringConvertible {
  /// For example `open /x: no such file or directory`.
  public var description: String {
    let subject = path.isEmpty ? operation : "\(operation) \(printable(path))"
    return "\(subject): \(reason)"
  }

  /// The system's words for ``errno``, in lower case.
  public var reason: String {
    if errno == FileError.processDied { return "the simulated process is dead" }
    guard let words = errorText(errno) else { return "error \(errno)" }
    return String(cString: words).lowercased()
  }
}

/// `text` with control characters written as `\u{…}`: a file's name must not drive a terminal.
private func printable(_ text: String) -> String {
  var out = ""
  for scalar in text.unicodeScalars {
    if scalar.properties.generalCategory == .control {
      out += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      out.unicodeScalars.append(scalar)
    }
  }
  return out
}
