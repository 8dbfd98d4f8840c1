import VaultCore
import VaultFiles

/// A ref line before its packs have a place.
package struct UnplacedLine: Sendable {
  package let kind: RefLine.Kind
  package let document: ObjectID
  package let sequence: Int
  package let signatures: [ObjectID]

  package init(kind: RefLine.Kind, document: ObjectID, sequence: Int, signatures: [ObjectID]) {
    self.kind = kind
    self.document = document
    self.sequence = sequence
    self.signatures = signatures
  }

  func placed(
    _ packs: [RefLine.PackLocation], previous: ObjectID?, torn: [RefLine.TornLine],
    residue: [RefLine.PackLocation]
  ) -> RefLine {
    RefLine(
      kind: kind, document: document, sequence: sequence, signatures: signatures, packs: packs,
      previous: previous, torn: torn, residue: residue)
  }
}

/// A pack that somebody else made, whole in a file of its own on the vault's file system. Larger ones are renamed
/// into the vault, the others are copied.
package struct IncomingPack: Sendable {
  package let id: ObjectID
  package let length: UInt64
  package let file: SharedFile

  package init(id: ObjectID, length: UInt64, file: SharedFile) {
    self.id = id
    self.length = length
    self.file = file
  }

  func loose(_ files: any FileLayer) -> LoosePack {
    LoosePack(id: id, length: length, spool: PackSpool(file, length: length, files))
  }
}

extension RefWriter {
  /// Appends a line that somebody else made and the caller has checked against the ref as the writer's index has it.
  /// `approve` gets the line when its packs are durable, before it is written; what it throws ends this.
  package func append(
    _ unplaced: UnplacedLine, _ packs: [IncomingPack], approve: (RefLine) throws -> Void
  ) throws {
    guard unplaced.sequence == index.sequence + 1 else {
      throw StoreError(.refused, "\(index.ref) has \(counted(index.sequence, "commit")) by now")
    }
    var appended = try begin(unplaced, packs.map { $0.loose(vault.files) }, approve: approve)
    try appended.sync()
    extendIndex(appended.record)
  }

  /// The line stands; a failure costs only time.
  private func extendIndex(_ record: RefRecord) {
    if let step = try? RefIndex.step(record, index, BlockCoder()) { extendIndex(step) }
  }
}

extension RefIndex {
  /// A ref's index, also that of a ref which nobody has begun.
  package static func openOrNew(_ vault: VaultFolder, _ ref: RefName) throws -> RefIndex {
    guard try vault.files.exists(vault.refFile(ref)) else {
      return RefIndex(
        vault, ref, PackFolder(vault.files, path: vault.packs(ref.period)), segments: [], stored: 0,
        tail: RefTail())
    }
    return try open(vault, ref)
  }
}

extension RefLine {
  /// The line as it follows torn lines that were not there when it was made: a line that was begun twice.
  func explaining(_ torn: [TornLine]) -> RefLine {
    RefLine(
      kind: kind, document: document, sequence: sequence, signatures: signatures, packs: packs,
      previous: previous, torn: torn, residue: residue)
  }
}

extension ObjectID {
  /// SHA-256 of a part of a file; nil where the file ends before.
  package init?(of file: SharedFile, from start: UInt64 = 0, to end: UInt64) throws(FileError) {
    let hasher = SHA256Hasher()
    var at = start
    while at < end {
      let bytes = try file.readFully(at: Int64(at), count: Int(min(1 << 20, end - at)))
      if bytes.isEmpty { return nil }
      hasher.update(bytes)
      at += UInt64(bytes.count)
    }
    self.init(hasher.finish())
  }
}

extension PackFolder {
  /// Whether the bytes at a place of a packfile hash to the pack's name.
  package func holds(_ place: RefLine.PackLocation) throws -> Bool {
    guard try files.exists(path(place.file)) else { return false }
    return try ObjectID(of: try file(place.file), from: place.offset, to: place.end) == place.pack
  }

  func checkPacks(_ line: RefLine) throws {
    for pack in line.packs where try !holds(pack) {
      throw StoreError.damaged(
        path(pack.file), FormatError(.malformed, "pack \(pack.pack.hex) does not lie at \(pack.offset)"))
    }
  }
}

extension RefAppender {
  /// Checks that a line would be read back: one that is not must never become a commit point.
  static func check(_ line: RefLine) throws {
    do throws(FormatError) {
      _ = try line.encoded().withBytes { raw throws(FormatError) in
        try RefLine(decoding: raw, kind: line.kind)
      }
    } catch {
      throw StoreError(.badInput, "the ref line cannot be written: \(error.reason)")
    }
  }

  /// Checks that the line which stands is the one that was to be written.
  static func expectSame(_ standing: RefLine, _ line: RefLine, _ path: String) throws {
    guard standing.document == line.document, standing.packs == line.packs else {
      throw StoreError(.refused, "\(path) has another line \(line.sequence)", hint: "run 'vault fsck'")
    }
  }

  static func expect(_ line: RefLine, follows previous: ObjectID?, _ sequence: Int, _ path: String) throws {
    guard line.previous == previous, line.sequence == sequence else {
      throw StoreError(.refused, "line \(line.sequence) does not follow what stands in \(path)")
    }
  }
}
