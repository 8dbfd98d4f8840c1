extension MemoryFiles {
  /// How the fates of a power cut are drawn. Some cuts are harsh and some mild, so that the extremes
  /// (nothing unsynced is kept, everything is) come up too.
  private struct Fate {
    var random: SplitMix64
    let mildness: UInt64

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      mildness = [0, 2, 4, 6, 8][random.below(5)]
    }

    mutating func keeps() -> Bool { random.chance(mildness) }
  }

  /// The disk after a power cut now; the same for the same seed. This file system goes on unharmed.
  ///
  /// Of what was not synced, any part may be lost: of the writes, each whole, or from one of its 512-byte
  /// sectors on (a lost one before a kept one reads as zeros; sometimes a file has its full length and
  /// zeros at its end); and of the changes of names, each that no fsync of its folder followed, whatever
  /// came of the others. What was synced is there.
  public func crash(seed: UInt64) -> MemoryFiles {
    monitor.enter {
      var fate = Fate(seed: seed)
      var entries: [ObjectIdentifier: [MemoryName: MemoryNode]] = [:]
      for change in changes where fate.keeps() {
        for step in change.steps {
          step.apply(to: &entries[ObjectIdentifier(step.folder), default: step.folder.entriesOnDisk])
        }
      }
      return duplicate(
        entries: { entries[ObjectIdentifier($0)] ?? $0.entriesOnDisk },
        content: { surviving($0, &fate) },
        mode: { $0.mode == $0.modeOnDisk || fate.keeps() ? $0.mode : $0.modeOnDisk })
    }
  }

  /// An independent copy of everything as it is now, all of it synced.
  public func copy() -> MemoryFiles {
    monitor.enter { duplicate(entries: \.entries, content: \.content, mode: \.mode) }
  }

  /// How many writes and changes of names a power cut could take.
  public var unsyncedCount: Int {
    monitor.enter {
      var count = changes.count
      walk { _, node in count += node.pending.count }
      return count
    }
  }

  /// Every file with its bytes, by path; for comparing two states.
  public func allFiles() -> [String: [UInt8]] {
    monitor.enter {
      var files: [String: [UInt8]] = [:]
      walk { path, node in if !node.isFolder { files[path] = node.content } }
      return files
    }
  }

  /// Puts `bytes` in the place of a file's content, past every call and at once durable: damage, or another
  /// hand. False if there is no such file.
  @discardableResult
  public func plant(_ path: String, _ bytes: [UInt8]) -> Bool {
    monitor.enter {
      guard let node = try? resolve("plant", path).node, !node.isFolder else { return false }
      node.content = bytes
      node.syncContent()
      return true
    }
  }

  private func surviving(_ node: MemoryNode, _ fate: inout Fate) -> [UInt8] {
    var content = node.contentOnDisk
    for write in node.pending {
      if write.isCut {
        if fate.keeps(), content.count > write.offset { content.removeLast(content.count - write.offset) }
        continue
      }
      var kept = write.bytes.count
      if !fate.keeps() {
        // The sectors' bounds inside the write; none is the commonest case, for a line of a log.
        let first = write.offset / 512 + 1
        let bounds = (write.offset + write.bytes.count - 1) / 512 + 1 - first
        let cut = fate.random.below(bounds + 1)
        kept = cut == 0 ? 0 : (first + cut - 1) * 512 - write.offset
      }
      if kept > 0 { content.overwrite(with: Array(write.bytes[..<kept]), at: write.offset) }
    }
    if content.count < node.content.count, fate.random.chance(1) {
      content.overwrite(with: [], at: node.content.count)
    }
    return content
  }

  /// A copy of the tree as the closures see it, in an order that does not depend on hashing.
  private func duplicate(
    entries: (MemoryNode) -> [MemoryName: MemoryNode], content: (MemoryNode) -> [UInt8],
    mode: (MemoryNode) -> UInt32
  ) -> MemoryFiles {
    var copies: [ObjectIdentifier: MemoryNode] = [:]

    func copy(_ node: MemoryNode) -> MemoryNode {
      let new = MemoryNode(
        inode: node.inode, isFolder: node.isFolder, mode: mode(node), changed: node.changed)
      copies[ObjectIdentifier(node)] = new
      if !node.isFolder {
        new.content = content(node)
        new.syncContent()
        return new
      }
      let children = entries(node).sorted { $0.key.lexicographicallyPrecedes($1.key) }
      for (name, child) in children {
        let old = copies[ObjectIdentifier(child)]
        // A move that depends on a lost one can leave a folder with two names; a repair keeps one.
        if child.isFolder && old != nil { continue }
        let made = old ?? copy(child)
        made.names += 1
        new.entries[name] = made
      }
      new.entriesOnDisk = new.entries
      return new
    }

    let disk = MemoryFiles()
    disk.root = copy(root)
    disk.nextInode = nextInode
    disk.clock = clock
    return disk
  }

  private func walk(_ visit: (String, MemoryNode) -> Void) {
    func walk(_ path: String, _ node: MemoryNode) {
      visit(path, node)
      for (name, child) in node.entries {
        walk("\(path)/\(String(decoding: name, as: UTF8.self))", child)
      }
    }
    walk("", root)
  }
}
