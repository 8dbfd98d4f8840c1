import VaultAudit
import VaultCore
import VaultStore

/// Counts what a push sends, and what of it is still to come.
final class PushMeter {
  /// Bytes of packs that were sent.
  private(set) var sent: Int64 = 0
  private var left: UInt64
  private let progress: Pushing.Progress?

  /// A meter of a push that brings `left` bytes of packs where the remote has none of them.
  init(_ left: UInt64, _ progress: Pushing.Progress?) {
    self.left = left
    self.progress = progress
  }

  /// So many bytes were sent.
  func sent(_ count: Int) {
    sent += Int64(count)
    skip(UInt64(count))
    progress?(count, left)
  }

  /// The remote has so many bytes already. What another process committed meanwhile was not expected, and may be more
  /// than is left.
  func skip(_ count: UInt64) { left -= min(count, left) }
}

extension Pushing {
  /// Told of each piece of a pack that was sent: its bytes, and those that are still to come of the whole push.
  public typealias Progress = (_ sent: Int, _ left: UInt64) -> Void

  /// Bytes of the packs of what the remote lacks. A ref that cannot be pushed counts for nothing here, and is refused
  /// when its turn comes.
  func missingBytes(_ refs: [RefName], _ there: RefsAnswer) throws -> UInt64 {
    var bytes: UInt64 = 0
    for document in try TrustStore(vault.folder).all().dropFirst(there.trust.number) {
      bytes += document.record.line.packBytes
    }
    for ref in refs {
      let reader = RefReader(try RefIndex.open(vault.folder, ref))
      let have = there.refs.first { $0.ref == ref }?.sequence ?? 0
      guard have < reader.index.sequence else { continue }
      for sequence in have + 1...reader.index.sequence { bytes += try reader.refLine(sequence).packBytes }
    }
    return bytes
  }
}

extension RefLine {
  /// Bytes of the packs that the line names.
  var packBytes: UInt64 { packs.reduce(0) { $0 + $1.length } }
}
