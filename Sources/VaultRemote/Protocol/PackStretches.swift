import VaultCore
import VaultFiles
import VaultStore

/// Packs as they lie in their packfiles, to be sent one behind the other: what lies together is read together.
struct PackStretches {
  private struct Stretch {
    let file: Int
    let offset: UInt64
    var length: UInt64
  }

  private var stretches: [Stretch] = []
  /// Bytes of all packs.
  private(set) var length: UInt64 = 0

  /// The packs at these places, in this order.
  init(_ places: some Sequence<RefLine.PackLocation>) {
    for place in places {
      length += place.length
      if let last = stretches.last, last.file == place.file, last.offset + last.length == place.offset {
        stretches[stretches.count - 1].length += place.length
      } else {
        stretches.append(Stretch(file: place.file, offset: place.offset, length: place.length))
      }
    }
  }

  /// Sends all but the first `skipped` bytes as data, which a message has announced. `sent` is told of each piece.
  func send(
    _ channel: Channel, from folder: PackFolder, skipping skipped: UInt64, sent: (Int) -> Void = { _ in }
  ) throws {
    var skip = skipped
    for stretch in stretches {
      let part = min(skip, stretch.length)
      skip -= part
      guard part < stretch.length else { continue }
      try channel.send(
        try folder.file(stretch.file).file, from: Int64(stretch.offset + part),
        count: Int64(stretch.length - part), sent: sent)
    }
  }
}
