import VaultCore
import VaultFiles

/// Lines that a remote told of, with their packs one behind the other in a file of their own, as a packfile has them.
package struct FetchedLines: Sendable {
  /// A line, and how long its packs are.
  package struct Line: Sendable {
    package let line: UnplacedLine
    package let packs: [(pack: ObjectID, length: UInt64)]

    package init(_ line: UnplacedLine, packs: [(pack: ObjectID, length: UInt64)]) {
      self.line = line
      self.packs = packs
    }
  }

  package let lines: [Line]
  package let file: SharedFile
  /// SHA-256 of the file when it was checked; nil for a large one, which is not copied.
  package let hash: ObjectID?
  /// Its bytes.
  package let length: UInt64

  /// Lines whose packs lie in `file`, which must hold `length` bytes: else `inputChanged` is thrown.
  package init(_ lines: [Line], file: SharedFile, length: UInt64) throws {
    self.lines = lines
    self.file = file
    self.length = length
    hash = length > UInt64(PackSpool.memoryLimit) ? nil : try ObjectID(of: file, to: length)
    guard try UInt64(file.size()) == length else {
      throw StoreError(.inputChanged, "\(file.path) changed while it was taken over", hint: "try again")
    }
  }
}

extension RefWriter {
  /// Adds lines that the caller has checked against the ref as it was after its commit `sequence`: packs are made
  /// durable together, then all lines. A large file becomes a packfile by rename, another is copied. `approve` gets the
  /// lines when their packs are durable, before they are written; what it throws ends this.
  ///
  /// Throws `refused` where the ref has changed meanwhile.
  package func append(
    _ fetched: FetchedLines, after sequence: Int, approve: ([RefLine]) throws -> Void = { _ in }
  ) throws {
    guard index.sequence == sequence else {
      throw StoreError(.refused, "\(index.ref) was added to meanwhile", hint: "try again")
    }
    var placer = try makePlacer()
    let residue = try placer.residue()
    let spool = PackSpool(fetched.file, length: fetched.length, vault.files)
    let place = try placer.place([
      LoosePack(id: fetched.hash ?? ObjectID(.zero), length: fetched.length, spool: spool)
    ])[0]
    var at = place.offset
    let placed = fetched.lines.map { one in
      let packs = one.packs.map { pack in
        defer { at += pack.length }
        return RefLine.PackLocation(pack: pack.pack, file: place.file, offset: at, length: pack.length)
      }
      return one.line.placed(packs, previous: nil, torn: [], residue: [])
    }
    let lines = try chained(placed, residue: residue)
    try approve(lines.map(\.line))
    try appendLines(lines.flatMap(\.bytes))
    indexNew()
  }

  /// Writes lines that were approved together, as far as they do not stand yet, where their writer died.
  package func finish(_ lines: [RefLine]) throws {
    let path = vault.refFile(index.ref)
    let reader = RefReader(index)
    for line in lines where line.sequence <= index.sequence {
      try RefAppender.expectSame(try reader.refLine(line.sequence), line, path)
    }
    let missing = lines.filter { $0.sequence > index.sequence }
    guard let first = missing.first else { return }
    // Behind lines that stand, what a line follows is what stands, whatever torn bytes that explains.
    if missing.count == lines.count {
      try RefAppender.expect(first, follows: previous, index.sequence + 1, path)
    }
    for line in missing { try index.folder.checkPacks(line) }
    let again = try chained(missing, residue: first.residue)
    try appendLines(again.flatMap(\.bytes))
    indexNew()
  }

  /// Lines one behind the other at the ref's end; the first explains what stands there.
  private func chained(
    _ lines: [RefLine], residue: [RefLine.PackLocation]
  ) throws -> [(line: RefLine, bytes: [UInt8])] {
    var before = previous
    return try lines.enumerated().map { number, line in
      guard line.sequence == index.sequence + 1 + number else {
        throw StoreError(.refused, "line \(line.sequence) does not follow what stands in \(index.ref)")
      }
      let placed = RefLine(
        kind: line.kind, document: line.document, sequence: line.sequence, signatures: line.signatures,
        packs: line.packs, previous: before, torn: number == 0 ? index.tail.torn : [],
        residue: number == 0 ? residue : [])
      try RefAppender.check(placed)
      let bytes = placed.encoded() + [0x0A]
      before = ObjectID(Digest.of(bytes))
      return (placed, bytes)
    }
  }

  /// Lines that stand may be indexed at any later time, so a failure costs only that.
  private func indexNew() {
    guard let now = try? RefIndex.open(vault, index.ref, folder: index.folder),
      now.segments.count > now.stored, let made = now.segments.last
    else { return }
    IndexFiles.write(made, after: Array(now.segments.prefix(now.stored)), vault)
  }
}
