import Glibc
import Synchronization
import VaultCore

/// Standard output, written in large pieces; a reader that went away ends it quietly.
final class Output {
  private var buffer: [UInt8] = []
  private let descriptor: Int32
  private(set) var isClosed = false
  /// Why writing failed, other than that the reader went away; 0 where it did not.
  private(set) var failure: Int32 = 0

  init(_ descriptor: Int32 = 1) { self.descriptor = descriptor }

  func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= 64 << 10 { flush() }
  }

  func line(_ text: String = "") {
    write(text)
    write("\n")
  }

  /// One canonical JSON value and LF.
  func json(_ value: CanonicalValue) {
    value.append(to: &buffer)
    line()
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    flush()
    writeAll(bytes)
  }

  func flush() {
    buffer.withUnsafeBytes { writeAll($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while rest.count > 0, !isClosed {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if errno != EINTR {
        failure = errno == EPIPE ? 0 : errno
        isClosed = true
      }
    }
  }
}

/// A JSON array that is printed element by element.
struct JSONArrayOutput {
  private let output: Output
  private var count = 0

  init(_ output: Output) {
    self.output = output
    output.write("[")
  }

  mutating func element(_ value: CanonicalValue) {
    output.write(count == 0 ? "\n" : ",\n")
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    output.write(String(decoding: bytes, as: UTF8.self))
    count += 1
  }

  func end() { output.line(count == 0 ? "]" : "\n]") }
}

/// Makes text safe to print: control characters and marks that reorder text show as escapes.
func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
  var out = ""
  for scalar in text.unicodeScalars {
    if isUnprintable(scalar) {
      out += "\\u{" + String(scalar.value, radix: 16) + "}"
    } else {
      out.unicodeScalars.append(scalar)
    }
  }
  return out
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
  default: false
  }
}

/// When the progress line was last drawn.
final class ProgressState: Sendable {
  private let last = Mutex<Timestamp?>(nil)

  /// At most ten times a second.
  func shouldShow(_ now: Timestamp) -> Bool {
    last.withLock { last in
      if let last, now.milliseconds - last.milliseconds < 100 { return false }
      last = now
      return true
    }
  }
}
