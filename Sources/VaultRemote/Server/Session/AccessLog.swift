import VaultCore
import VaultFiles
import VaultStore

/// The remote's record of sessions and pushes (docs/protocol.md, §9): one canonical JSON line each. Nothing is proved
/// by it, so a disk that takes no line more ends nothing.
struct AccessLog {
  private let files: any FileLayer
  private let path: String
  private let settings: ServerSettings

  init(_ vault: VaultFolder, _ settings: ServerSettings) {
    files = vault.files
    path = Paths.join(vault.root, VaultFolder.accessLogName)
    self.settings = settings
  }

  func note(
    _ event: String, ref: ChainName? = nil, sequence: Int? = nil, bytes: Int64? = nil,
    code: Refusal.Code? = nil, reason: String? = nil
  ) {
    let line = CanonicalValue.make([
      ("as", .string(settings.identity)), ("bytes", bytes.map { .integer(Int($0)) }),
      ("code", code.map { .string($0.rawValue) }), ("event", .string(event)),
      ("peer", settings.peer.map { .string($0) }), ("reason", reason.map { .string($0) }),
      ("ref", ref.map { .string($0.description) }), ("sequence", sequence.map { .integer($0) }),
      ("time", .time(settings.now())), ("type", .string("access")),
    ])
    guard let file = try? File(files, path: path, mode: [.appendOrCreate, .noFollow, .noWait]) else { return }
    try? file.writeAll(line.encoded() + [0x0A])
  }
}
