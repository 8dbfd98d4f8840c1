import VaultCore

extension Door {
  /// Records and the files that they are cut out of: a file in pieces has the records of the file in one, and a record that
  /// was seen before is what it was.
  static let records = Door(name: "records") { raw in
    guard let first = raw.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: raw.dropFirst())
    for format in [Population.Cut.Format.array, .records, .csv] {
      let whole = cut(rest, format, by: rest.count)
      require(cut(rest, format, by: Int(first % 17) + 1) == whole, "\(format) in pieces has other records")
    }
    for record in rest.split(separator: 0x0A, maxSplits: 200) {
      scan(UnsafeRawBufferPointer(rebasing: record))
    }
  }

  /// What a cutter gives: records, and where it stopped.
  private static func cut(
    _ bytes: UnsafeRawBufferPointer, _ format: Population.Cut.Format, by size: Int
  ) -> [String] {
    var cutter = RecordCutter(format)
    var out: [String] = []
    let sink: RecordCutter.Sink = { out.append("record " + Hex.encode(Array($0))) }
    let flaw: RecordCutter.FlawSink = { out.append("flaw \($0)") }
    do {
      var left = bytes
      while !left.isEmpty {
        try cutter.add(UnsafeRawBufferPointer(rebasing: left.prefix(size)), sink, flaw: flaw)
        left = UnsafeRawBufferPointer(rebasing: left.dropFirst(size))
      }
      try cutter.finish(sink, flaw: flaw)
    } catch {
      out.append("end \(error)")
    }
    return out
  }

  private static let pointers = ["/id", "/a/b", "/0", ""].compactMap { JSONPointer($0) }

  private static func scan(_ record: UnsafeRawBufferPointer) {
    var new = RecordScanner(pointers)
    let flaws = new.scan(record)
    let values = (0..<pointers.count).map { new.value($0).map(Array.init) }
    var old = RecordScanner(pointers)
    for _ in 0..<3 {
      require(old.scan(record) == flaws, "a record has other flaws when it comes again")
      require(
        (0..<pointers.count).map { old.value($0).map(Array.init) } == values,
        "a record has other values when it comes again")
    }
    let half = UnsafeRawBufferPointer(rebasing: record.prefix(record.count / 2))
    _ = old.scan(half)
    require(old.scan(record) == flaws, "a record has other flaws behind another")
  }
}
