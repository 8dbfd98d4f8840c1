import Glibc
import VaultCore

/// One line on standard error, where that is a terminal, that says how a transfer goes: bytes, rate and time left.
struct TransferProgress {
  private let what: String
  private let isShown: Bool
  private let began = Self.now()
  private var shown: Double
  private var bytes: UInt64 = 0

  init(_ what: String, _ context: Context) {
    self.what = what
    isShown = context.showsProgress
    shown = began
  }

  /// Says that so many bytes moved, and how many are known to be still to come.
  mutating func moved(_ count: Int, left: UInt64) {
    bytes += UInt64(count)
    let now = Self.now()
    guard isShown, now - shown > 0.2 else { return }
    shown = now
    let rate = Double(bytes) / max(0.001, now - began)
    var text = "\(what): \(Rendering.bytes(bytes)), \(Rendering.bytes(UInt64(rate)))/s"
    if left > 0, rate > 0 { text += ", \(Int(Double(left) / rate)) s left" }
    show("\r\u{1B}[K" + text)
  }

  /// Clears the line.
  func end() {
    if isShown, shown > began { show("\r\u{1B}[K") }
  }

  private func show(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(2, bytes, bytes.count)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
