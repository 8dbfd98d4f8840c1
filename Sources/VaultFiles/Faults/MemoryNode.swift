/// A component of a path: bytes, since `String` compares canonically equivalent names as equal.
typealias MemoryName = [UInt8]

/// A file or folder of a ``MemoryFiles``, as programs see it and as the disk has it.
final class MemoryNode {
  /// A write, or a cut at `offset`, that no fsync has followed.
  struct Write {
    let offset: Int
    let bytes: [UInt8]
    var isCut = false
  }

  let inode: UInt64
  let isFolder: Bool

  var mode: UInt32
  var modeOnDisk: UInt32
  var changed: Int64
  var flags: InodeFlags = []

  // Of a file.
  var content: [UInt8] = []
  var contentOnDisk: [UInt8] = []
  var pending: [Write] = []
  /// Bytes that only the cache has, which takes them for written.
  var lost: [Range<Int>] = []
  var names: UInt64 = 0

  // Of a folder. What the disk lacks is in the list of `MemoryChange`s.
  var entries: [MemoryName: MemoryNode] = [:]
  var entriesOnDisk: [MemoryName: MemoryNode] = [:]

  // flock(2) locks, by descriptor.
  var exclusiveLock: Int32?
  var sharedLocks: Set<Int32> = []

  init(inode: UInt64, isFolder: Bool, mode: UInt32, changed: Int64) {
    self.inode = inode
    self.isFolder = isFolder
    self.mode = mode
    modeOnDisk = mode
    self.changed = changed
  }

  func write(_ bytes: [UInt8], at offset: Int) {
    let new = offset..<offset + bytes.count
    // What is written again is no longer lost.
    lost = lost.flatMap { old in
      [
        old.clamped(to: 0..<new.lowerBound),
        old.clamped(to: new.upperBound..<max(new.upperBound, old.upperBound)),
      ]
    }.filter { !$0.isEmpty }
    content.overwrite(with: bytes, at: offset)
    pending.append(Write(offset: offset, bytes: bytes))
  }

  func cut(to length: Int) {
    content.removeLast(content.count - length)
    pending.append(Write(offset: length, bytes: [], isCut: true))
  }

  func syncContent() {
    contentOnDisk = onDisk(without: lost)
    modeOnDisk = mode
    pending = []
  }

  /// The content with what the disk has in these places: what was there before, or zeros.
  private func onDisk(without lost: [Range<Int>]) -> [UInt8] {
    var disk = content
    for place in lost.flatMap(\.self) where place < disk.count {
      disk[place] = place < contentOnDisk.count ? contentOnDisk[place] : 0
    }
    return disk
  }

  func losePending() {
    lost += pending.filter { !$0.isCut }.map { $0.offset..<$0.offset + $0.bytes.count }
    syncContent()
  }

  func dropCache() {
    guard !isFolder, pending.isEmpty else { return }
    content = contentOnDisk
    lost = []
  }
}

/// A change of names that no fsync of their folder has followed. Its steps survive a power cut together or
/// not at all.
struct MemoryChange {
  /// In `folder`, `name` comes to mean `node`, or (if it does mean `node`) nothing any more.
  struct Step {
    let folder: MemoryNode
    let name: MemoryName
    let node: MemoryNode
    let adds: Bool

    func apply(to entries: inout [MemoryName: MemoryNode]) {
      if adds {
        entries[name] = node
      } else if entries[name] === node {
        entries[name] = nil
      }
    }
  }

  var steps: [Step]
}

extension [UInt8] {
  /// Writes `bytes` at `offset`; a gap before them reads as zeros.
  mutating func overwrite(with bytes: [UInt8], at offset: Int) {
    if count < offset { append(contentsOf: repeatElement(0, count: offset - count)) }
    let inside = Swift.min(bytes.count, count - offset)
    replaceSubrange(offset..<(offset + inside), with: bytes[..<inside])
    append(contentsOf: bytes[inside...])
  }
}
