import VaultCore

extension ObjectReader {
  /// Gives the bytes of each of `ids` that lies whole in one block and has only one place to `body`, with its number among
  /// them; their hashes are right. Those of one block are hashed two at a time. Returns the numbers of the others, for
  /// ``stream(_:_:)``, which also says what is wrong with one that is damaged.
  package func whole(
    _ ids: [ObjectID], _ body: (Int, UnsafeRawBufferPointer) throws -> Void
  ) throws -> [Int] {
    var others: [Int] = []
    var run: [(number: Int, place: ObjectLocation)] = []
    for (number, id) in ids.enumerated() {
      let places = try locator.places(id)
      guard places.count == 1 else {
        others.append(number)
        continue
      }
      if let last = run.last, last.place.file != places[0].file || last.place.block != places[0].block {
        others += try give(run, ids, body)
        run = []
      }
      run.append((number, places[0]))
    }
    return others + (try give(run, ids, body))
  }

  /// Those of `run`, which begin in one block, that do not lie whole there with the bytes of their names.
  private func give(
    _ run: [(number: Int, place: ObjectLocation)], _ ids: [ObjectID],
    _ body: (Int, UnsafeRawBufferPointer) throws -> Void
  ) throws -> [Int] {
    guard let place = run.first?.place else { return [] }
    let numbers = run.map(\.number)
    guard let (header, _) = try? blocks.head(place.file, place.block),
      header.flags.isDisjoint(with: [.continues, .unfinished]),
      let block = try? block(place.file, place.block)
    else { return numbers }
    let parts = run.compactMap { block.range($0.place.ordinal) }
    guard parts.count == run.count else { return numbers }
    return try block.bytes.withBytes { bytes in
      let digests = pair.hash(bytes, parts: parts)
      return try zip(numbers, zip(parts, digests)).compactMap { number, found in
        guard ObjectID(found.1) == ids[number] else { return number }
        try body(number, UnsafeRawBufferPointer(rebasing: bytes[found.0]))
        return nil
      }
    }
  }
}
