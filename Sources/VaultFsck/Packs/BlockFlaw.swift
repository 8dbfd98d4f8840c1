import VaultCore

/// Why a block, and with it the objects in it, cannot be relied on.
struct BlockFlaw: Error {
  let name: Finding.Name
  let reason: String

  init(_ name: Finding.Name, _ reason: String) {
    self.name = name
    self.reason = reason
  }

  /// A parser's complaint.
  init(_ error: FormatError, else name: Finding.Name = .packMalformed) {
    self.init(error.code == .unsupported ? .unsupportedFormat : name, error.reason)
  }
}
