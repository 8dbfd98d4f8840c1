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
  /// SHA-256 of the file.
  package let hash: ObjectID
  /// Its bytes.
  package let length: UInt64

  package init(_ lines: [Line], file: SharedFile, hash: ObjectID, length: UInt64) {
    self.lines = lines
    self.file = file
    self.hash = hash
    self.length = length
  }
}

extension RefWriter {
  /// Adds lines that the caller has checked against the ref as it was after its commit `sequence`: packs are made
  /// durable together, then all lines. A large file becomes a packfile by rename, another is copied.
  ///
  /// Throws `refused` where the ref has changed meanwhile.
  package func append(_ fetched: FetchedLines, after sequence: Int) throws {
    guard index.sequence == sequence else {
      throw StoreError(.refused, "\(index.ref) was added to meanwhile", hint: "try again")
    }
    var placer = try makePlacer()
    let residue = try placer.residue()
    let spool = PackSpool(fetched.file, length: fetched.length, vault.files)
    let place = try placer.place([LoosePack(id: fetched.hash, length: fetched.length, spool: spool)])[0]
    var at = place.offset
    var before = previous
    var bytes: [UInt8] = []
    for (number, one) in fetched.lines.enumerated() {
      let packs = one.packs.map { pack in
        defer { at += pack.length }
        return RefLine.PackLocation(pack: pack.pack, file: place.file, offset: at, length: pack.length)
      }
      let line = one.line.placed(
        packs, previous: before, torn: number == 0 ? index.tail.torn : [],
        residue: number == 0 ? residue : [])
      try RefAppender.check(line)
      let body = line.encoded() + [0x0A]
      before = ObjectID(Digest.of(body))
      bytes += body
    }
    try appendLines(bytes)
    indexNew()
  }

  /// Lines that stand may be indexed at any later time, so a failure costs only that.
  private func indexNew() {
    guard let now = try? RefIndex.open(vault, index.ref, folder: index.folder),
      now.segments.count > now.stored, let made = now.segments.last
    else { return }
    IndexFiles.write(made, after: Array(now.segments.prefix(now.stored)), vault)
  }
}
