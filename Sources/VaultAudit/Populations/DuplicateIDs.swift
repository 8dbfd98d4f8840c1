import VaultFiles
import VaultStore

/// Finds the records whose id an earlier one has.
struct DuplicateIDs: ~Copyable {
  private let keys: KeySorter
  private let lines: KeySorter

  init(_ files: any FileLayer, staging: String, memoryLimit: Int) {
    keys = KeySorter(files, staging: staging, memoryLimit: memoryLimit)
    lines = KeySorter(files, staging: staging, memoryLimit: memoryLimit / 4)
  }

  func add(_ more: [SortKey]) throws { try keys.add(more) }

  /// Their lines.
  func finish() throws -> NumberRanges {
    var last: SortKey?
    try keys.forEachKey { key in
      if let last, last.first == key.first, last.second == key.second {
        try lines.add(SortKey(key.third, 0, 0))
      }
      last = key
    }
    var found = NumberRanges()
    try lines.forEachKey { found.add(Int64($0.first)...Int64($0.first)) }
    return found
  }
}
