import VaultCore
import VaultFiles

/// A trust document that waits in `staging/trust` for further root signatures; nobody relies on it.
public struct TrustProposal: Sendable {
  /// The proposed document's bytes.
  public let bytes: [UInt8]
  public let signatures: [SignatureDocument]

  public init(bytes: [UInt8], signatures: [SignatureDocument]) {
    self.bytes = bytes
    self.signatures = signatures
  }

  private static func folder(_ vault: VaultFolder) -> String { Paths.join(vault.staging, "trust") }
  private static let document = "document.json"

  /// The proposal that waits; nil where none does.
  public static func load(_ vault: VaultFolder) throws -> TrustProposal? {
    let folder = folder(vault)
    guard try vault.files.exists(Paths.join(folder, document)) else { return nil }
    func read(_ name: String) throws -> [UInt8] {
      try vault.files.readWholeFile(
        Paths.join(folder, name), limit: Limits.documentBytes, mode: [.read, .noFollow, .noWait])
    }
    let names = try vault.files.list(folder).filter { $0.hasSuffix(".sig.json") }
    return TrustProposal(
      bytes: try read(document), signatures: try names.map { try SignatureDocument(decoding: try read($0)) })
  }

  /// Keeps the proposal in place of any other.
  public func save(_ vault: VaultFolder) throws {
    try Self.remove(vault)
    let folder = Self.folder(vault)
    try vault.files.makeDirectories(folder, durable: false)
    for (number, signature) in signatures.enumerated() {
      try vault.files.writeNewFile(Paths.join(folder, "\(number).sig.json"), signature.encoded())
    }
    // The document last: without it there is no proposal.
    try vault.files.writeNewFile(Paths.join(folder, Self.document), bytes)
  }

  /// Forgets the proposal that waits.
  public static func remove(_ vault: VaultFolder) throws {
    let folder = folder(vault)
    guard try vault.files.exists(folder) else { return }
    for name in try vault.files.list(folder).sorted(by: { $0 == document && $1 != document }) {
      try vault.files.unlink(Paths.join(folder, name))
    }
  }
}
