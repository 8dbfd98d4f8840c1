import Synchronization
import VaultCore

/// Cuts a large blob of lines into runs of whole lines; workers take turns.
final class LineCutter: @unchecked Sendable {
  struct Run {
    let ticket: Int
    let bytes: [UInt8]
    /// The leaf of the first line.
    let first: UInt64
  }

  private static let target = 256 << 10

  private let turn = Mutex(())
  private let blocks: ObjectBlocks
  private let source: BlockSource
  private let length: UInt64
  private var at: UInt64 = 0
  private var held: [UInt8] = []
  private var leaf: UInt64
  private var ticket = 0
  /// Whether what was cut so far ends with a line's LF.
  private(set) var endsInLine = true

  init(_ record: ObjectRecord, first: UInt64, _ set: PackSet, _ context: CheckContext) throws {
    source = BlockSource(set, cacheLimit: context.cachePerWorker)
    blocks = try ObjectBlocks(record, source)
    length = record.length
    leaf = first
  }

  /// The next run; nil after the last. A last line without LF is a run's last too.
  func next() throws -> Run? {
    try turn.withLock { _ in try cut() }
  }

  private func cut() throws -> Run? {
    while true {
      let end = held.lastIndex(of: 0x0A).map { $0 + 1 }
      if let end, end >= Self.target || at == length { return run(end) }
      if at == length { return held.isEmpty ? nil : run(held.count) }
      // No line is that long: what goes on without an LF is handed over as it is.
      if end == nil, held.count > 2 * Self.target + Limits.lineBytes { return run(held.count) }
      let more = min(length - at, UInt64(Self.target))
      try blocks.read(at..<at + more, source) { held.append(contentsOf: $0) }
      at += more
    }
  }

  private func run(_ end: Int) -> Run {
    let bytes = Array(held[..<end])
    held.removeFirst(end)
    endsInLine = bytes.last == 0x0A
    defer {
      leaf += UInt64(bytes.count { $0 == 0x0A }) + (bytes.last == 0x0A ? 0 : 1)
      ticket += 1
    }
    return Run(ticket: ticket, bytes: bytes, first: leaf)
  }
}
