import VaultCore

/// What a quick check sees of a ref: that the packs hold what its lines name.
enum LinkCheck {
  static func run(_ set: PackSet, _ context: CheckContext) {
    for (ref, table) in set.tables.enumerated() {
      for (line, entry) in table.entries.enumerated() {
        let scope = RefScope(ref: UInt8(clamping: ref), line: Int32(clamping: line))
        for id in [entry.document] + table.signatures(entry)
        where !set.table.range(id).contains(where: { set.claim($0).scope == scope }) {
          context.log.add(
            .objectMissing, table.subject(entry), "object \(id.hex) is in no pack that the line names")
        }
      }
    }
  }
}

/// Finds objects that no line needs. What the ref held before is needed by the line that brought it.
enum UnreferencedCheck {
  static func run(_ set: PackSet, _ context: CheckContext) {
    for index in 0..<set.table.count where !set.table.isReferenced(index) {
      let record = set.table.record(index)
      guard set.table.earlierRange(record.id).isEmpty else { continue }
      let claim = set.claim(of: record)
      context.log.add(
        .objectUnreferenced, set.area.place(Int(claim.file), record.block),
        "object \(record.id.hex) of \(counted(record.length, "byte")), which nothing names")
    }
  }
}
