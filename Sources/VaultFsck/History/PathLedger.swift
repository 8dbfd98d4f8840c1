import VaultCore
import VaultStore

/// All paths of one ref in compact form: 48 bytes for an entry, however long its path is.
struct PathLedger {
  /// A leaf that breaks a rule about paths, with the rule's finding.
  struct Breach {
    let leaf: UInt32
    let name: Finding.Name
    let reason: String
  }

  private var paths: [[PathRecord]] = []
  private var folders: [[ShortHash]] = []
  private var claims: [PathClaim] = []
  /// Whether leaves are missing whose paths are not known.
  var hasGaps = false

  mutating func append(_ paths: [PathRecord], folders: [ShortHash], claims: [PathClaim]) {
    Self.add(paths, to: &self.paths)
    Self.add(folders, to: &self.folders)
    self.claims += claims
  }

  /// Adds to the last chunk while it is small: growing one array would copy it all, again and again.
  private static func add<R>(_ items: [R], to chunks: inout [[R]]) {
    if items.isEmpty { return }
    if let last = chunks.last, last.count + items.count <= 8192 {
      chunks[chunks.count - 1] += items
    } else {
      chunks.append(items)
    }
  }

  /// Checks revisions, collisions, and that no file is a folder; leaves nothing behind.
  mutating func settle(limit: Int) -> [Breach] {
    let all = Self.sorted(&paths, keyLength: 16, by: <)
    let parents = Self.sorted(&folders, keyLength: 16, by: <)
    defer {
      all.deallocate()
      parents.deallocate()
    }
    var breaches: [Breach] = []
    var folder = 0
    var start = 0
    while start < all.count, breaches.count < limit {
      var end = start + 1
      while end < all.count, all[end].key == all[start].key { end += 1 }
      check(UnsafeMutableBufferPointer(rebasing: all[start..<end]), &breaches)
      while folder < parents.count, parents[folder] < all[start].key { folder += 1 }
      if folder < parents.count, parents[folder] == all[start].key {
        breaches.append(
          Breach(
            leaf: all[start].leaf, name: .pathCollision, reason: "other evidence has this path as a folder"))
      }
      start = end
    }
    return breaches
  }

  private static func sorted<R>(
    _ chunks: inout [[R]], keyLength: Int, by less: (R, R) -> Bool
  ) -> UnsafeMutableBufferPointer<R> {
    let all = UnsafeMutableBufferPointer<R>.allocate(capacity: chunks.reduce(0) { $0 + $1.count })
    var filled = 0
    while let chunk = chunks.popLast() {
      _ = UnsafeMutableBufferPointer(rebasing: all[filled...]).initialize(from: chunk)
      filled += chunk.count
    }
    RadixSort.sort(all, keyLength: keyLength, by: less)
    return all
  }

  /// Checks all entries whose paths fold to one key, in the order of their leaves.
  private func check(_ group: UnsafeMutableBufferPointer<PathRecord>, _ breaches: inout [Breach]) {
    var before: PathRecord?
    for record in group {
      defer { before = record }
      func breach(_ name: Finding.Name, _ reason: String) {
        breaches.append(Breach(leaf: record.leaf, name: name, reason: reason))
      }
      if let before, before.exact != record.exact {
        breach(.pathCollision, "it differs from the path of leaf \(before.leaf) by case or normal form only")
        continue
      }
      guard record.revision > 1 else {
        if let before { breach(.pathCollision, "the path stands at leaf \(before.leaf) already") }
        continue
      }
      guard let claim = claim(record.leaf) else { continue }
      guard let before else {
        if !hasGaps { breach(.revisionBroken, "revision \(record.revision) has no revision before it") }
        continue
      }
      if hasGaps, claim.supersedes != Int(before.leaf) { continue }
      if record.revision != before.revision + 1 || claim.supersedes != Int(before.leaf) {
        breach(
          .revisionBroken,
          "revision \(record.revision) supersedes leaf \(claim.supersedes); the newest is revision "
            + "\(before.revision) at leaf \(before.leaf)")
      } else if claim.identity != before.identity {
        breach(
          .revisionBroken, "it names leaf \(before.leaf) by another hash, or is of another kind or series")
      }
    }
  }

  private func claim(_ leaf: UInt32) -> PathClaim? {
    var low = 0
    var high = claims.count
    while low < high {
      let middle = (low + high) / 2
      if claims[middle].leaf < leaf { low = middle + 1 } else { high = middle }
    }
    return low < claims.count && claims[low].leaf == leaf ? claims[low] : nil
  }
}
