import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

/// How old the newest checkpoint of a remote's log is, by this machine's clock (docs/protocol.md, §5.3).
struct CheckpointAge {
  private let checkpoint: Checkpoint
  /// Below zero where the log's clock goes before this one.
  private let milliseconds: Int64

  /// A log that is older than this may be one whose newest commits are kept back.
  private static let limit: Int64 = 86_400_000

  init(_ checkpoint: Checkpoint, _ context: Context) {
    self.checkpoint = checkpoint
    milliseconds = context.now().milliseconds - checkpoint.received.milliseconds
  }

  /// Leaves, time and age, for people.
  var text: String {
    "\(counted(checkpoint.size, "leaf", "leaves")), signed \(checkpoint.received), \(ago)"
  }

  private var ago: String {
    let minutes = Int(milliseconds / 60_000)
    if minutes < 1 { return "just now" }
    if minutes < 120 { return "\(counted(minutes, "minute")) ago" }
    return minutes < 48 * 60 ? "\(minutes / 60) hours ago" : "\(minutes / 1440) days ago"
  }

  /// Warns where the checkpoint is over a day old.
  func warn(_ remote: String) {
    guard milliseconds > Self.limit else { return }
    Notes.warn(
      "the newest checkpoint of \(remote) was signed \(ago), at \(checkpoint.received): newer commits may be kept back"
    )
  }
}

/// What was last seen of a remote's log.
struct SeenCheckpoint {
  let remote: String
  let checkpoint: Checkpoint

  /// Of all remotes whose log was seen, in order; a copy that cannot be read is fsck's to tell.
  static func all(_ files: any FileLayer, root: String) -> [SeenCheckpoint] {
    guard let folder = try? VaultFolder.open(files, root: root) else { return [] }
    return ((try? FollowedLog.remotes(folder)) ?? []).compactMap { remote in
      (try? FollowedLog(folder, remote: remote))?.checkpoint.map {
        SeenCheckpoint(remote: remote, checkpoint: $0)
      }
    }
  }

  var json: CanonicalValue {
    .make([
      ("leaves", .integer(checkpoint.size)), ("log", .string(checkpoint.origin)), ("remote", .string(remote)),
      ("signed", .time(checkpoint.received)),
    ])
  }
}
