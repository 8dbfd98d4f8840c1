import Glibc

extension MemoryFiles {
  /// Where a path leads: a name in a folder, and what it means now. The root has no name.
  struct Place {
    let folder: MemoryNode
    let name: MemoryName
    let node: MemoryNode?
    /// The folders passed on the way, `folder` included.
    let way: [MemoryNode]
  }

  public func status(path: String, followLinks: Bool) throws(FileError) -> FileStatus {
    try monitor.enter { () throws(FileError) in
      guard let node = try resolve("stat", path).node else {
        throw FileError(operation: "stat", path: path, errno: ENOENT)
      }
      return status(of: node)
    }
  }

  public func list(_ path: String) throws(FileError) -> [String] {
    try monitor.enter { () throws(FileError) in
      guard let node = try resolve("list", path).node else {
        throw FileError(operation: "list", path: path, errno: ENOENT)
      }
      try require(node.isFolder, ENOTDIR, "list", path)
      return node.entries.keys.sorted { $0.lexicographicallyPrecedes($1) }
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }

  public func makeDirectory(_ path: String, permissions: UInt32) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      let place = try resolve("mkdir", path)
      try require(place.node == nil, EEXIST, "mkdir", path)
      add(make(isFolder: true, permissions), to: place)
    }
  }

  public func rename(_ from: String, _ to: String, replace: Bool) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      let source = try resolve("rename", from)
      let target = try resolve("rename", to)
      guard let node = source.node else { throw FileError(operation: "rename", path: to, errno: ENOENT) }
      try require(node !== root && target.node !== root, EBUSY, "rename", to)
      try require(target.node == nil || replace, EEXIST, "rename", to)
      try require(!target.way.contains { $0 === node }, EINVAL, "rename", to)
      if let old = target.node {
        if old === node { return }
        try require(!old.isFolder || node.isFolder, EISDIR, "rename", to)
        try require(old.isFolder || !node.isFolder, ENOTDIR, "rename", to)
        try require(old.entries.isEmpty, ENOTEMPTY, "rename", to)
        old.names -= 1
      }
      change([
        MemoryChange.Step(folder: target.folder, name: target.name, node: node, adds: true),
        MemoryChange.Step(folder: source.folder, name: source.name, node: node, adds: false),
      ])
    }
  }

  public func unlink(_ path: String) throws(FileError) {
    try remove("unlink", path) { node in node.isFolder ? EISDIR : 0 }
  }

  public func removeDirectory(_ path: String) throws(FileError) {
    try remove("rmdir", path) { node in
      !node.isFolder ? ENOTDIR : node === root ? EBUSY : node.entries.isEmpty ? 0 : ENOTEMPTY
    }
  }

  public func setPermissions(_ path: String, _ mode: UInt32) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      guard let node = try resolve("chmod", path).node else {
        throw FileError(operation: "chmod", path: path, errno: ENOENT)
      }
      node.mode = mode & 0o7777
      node.changed = tick()
    }
  }

  private func remove(
    _ operation: String, _ path: String, refusal: (MemoryNode) -> Int32
  ) throws(FileError) {
    try monitor.enter { () throws(FileError) in
      let place = try resolve(operation, path)
      guard let node = place.node else { throw FileError(operation: operation, path: path, errno: ENOENT) }
      let reason = refusal(node)
      try require(reason == 0, reason, operation, path)
      node.names -= 1
      change([MemoryChange.Step(folder: place.folder, name: place.name, node: node, adds: false)])
    }
  }
}

// MARK: - Inside the monitor

extension MemoryFiles {
  func resolve(_ operation: String, _ path: String) throws(FileError) -> Place {
    try require(!path.isEmpty, ENOENT, operation, path)
    try require(!path.utf8.contains(0), EINVAL, operation, path)
    var way: [(name: MemoryName, node: MemoryNode?)] = [([], root)]
    for part in path.utf8.split(separator: UInt8(ascii: "/")) {
      guard let folder = way.last?.node else {
        throw FileError(operation: operation, path: path, errno: ENOENT)
      }
      try require(folder.isFolder, ENOTDIR, operation, path)
      switch MemoryName(part) {
      case [UInt8(ascii: ".")]: break
      case [UInt8(ascii: "."), UInt8(ascii: ".")]: if way.count > 1 { way.removeLast() }
      case let name:
        try require(name.count <= 255, ENAMETOOLONG, operation, path)
        way.append((name, folder.entries[name]))
      }
    }
    let last = way.last!
    let folders = way.dropLast().compactMap(\.node)
    return Place(folder: folders.last ?? root, name: last.name, node: last.node, way: folders)
  }

  func make(isFolder: Bool, _ permissions: UInt32) -> MemoryNode {
    defer { nextInode += 1 }
    return MemoryNode(inode: nextInode, isFolder: isFolder, mode: permissions & 0o7755, changed: tick())
  }

  func add(_ node: MemoryNode, to place: Place) {
    node.names = 1
    change([MemoryChange.Step(folder: place.folder, name: place.name, node: node, adds: true)])
  }

  func tick() -> Int64 {
    clock += 1
    return clock
  }

  func status(of node: MemoryNode) -> FileStatus {
    let folders = node.entries.values.count { $0.isFolder }
    return FileStatus(
      kind: node.isFolder ? .directory : .regular, size: Int64(node.content.count), device: 1,
      inode: node.inode, mtimeSeconds: 1_000_000_000 + node.changed, mtimeNanoseconds: 0,
      ctimeSeconds: 1_000_000_000 + node.changed, ctimeNanoseconds: 0, mode: node.mode,
      links: node.isFolder ? UInt64(2 + folders) : node.names)
  }

  /// Changes names at once for programs, for the disk once their folder is synced.
  private func change(_ steps: [MemoryChange.Step]) {
    let now = tick()
    for step in steps {
      step.apply(to: &step.folder.entries)
      step.folder.changed = now
    }
    changes.append(MemoryChange(steps: steps))
  }

  /// Brings to disk what is pending in `folder`. Of a move between folders this is the new name: the old
  /// one stays until its own folder is synced; and where only the old folder is synced, nothing of it, so
  /// that no sync ever loses a file.
  func syncNames(of folder: MemoryNode) {
    var left: [MemoryChange] = []
    for change in changes {
      guard let first = change.steps.first, first.folder === folder else {
        left.append(change)
        continue
      }
      for step in change.steps where step.folder === folder {
        step.apply(to: &folder.entriesOnDisk)
      }
      let rest = change.steps.filter { $0.folder !== folder }
      if !rest.isEmpty { left.append(MemoryChange(steps: rest)) }
      if !rest.isEmpty && first.node.isFolder { forgetNames(of: first.node, in: &left) }
    }
    changes = left
  }

  /// Ends what is pending about a folder that has just moved: unlike a file it never has two names.
  private func forgetNames(of node: MemoryNode, in changes: inout [MemoryChange]) {
    for index in changes.indices {
      for step in changes[index].steps where step.node === node && !step.adds {
        step.apply(to: &step.folder.entriesOnDisk)
      }
      changes[index].steps.removeAll { $0.node === node }
    }
    changes.removeAll { $0.steps.isEmpty }
  }
}
