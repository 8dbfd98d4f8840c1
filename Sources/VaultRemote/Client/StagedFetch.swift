import VaultCore
import VaultFiles
import VaultStore

/// A run of lines whose packs are fetched together, into one file of the vault's staging folder that a later attempt
/// goes on with (docs/protocol.md, §4).
struct StagedFetch {
  let lines: [CarriedLine]
  private let folder: PackFolder
  private let files: any FileLayer
  private let path: String
  private let file: SharedFile
  private let sink: (any ArrivalSink)?

  /// The file for the lines of a ref that begin with `lines`; `sink` takes objects while they arrive. Throws `busy` where
  /// another process fetches them.
  init(_ vault: VaultFolder, _ ref: RefName, _ lines: [CarriedLine], _ sink: (any ArrivalSink)?) throws {
    self.lines = lines
    self.sink = sink
    files = vault.files
    path = Self.path(vault, ref)
    folder = PackFolder(vault.files, path: path)
    try files.makeDirectories(path, durable: false)
    // An earlier fetch may have died when it had all of it.
    let packs = lines.flatMap(\.packs).map { (pack: $0.pack, length: UInt64($0.length)) }
    _ = try? LeftPackfile.giveBack(vault, ref, [LeftPackfile.Wanted(packs, to: folder.path(1))])
    guard
      let file = try SharedFile.locked(
        files, path: folder.path(1), mode: [.appendOrCreate, .read, .noFollow, .noWait])
    else {
      throw Refusal(.busy, "another process is fetching \(ref)", hint: "wait for it, or try again")
    }
    self.file = file
  }

  private static func path(_ vault: VaultFolder, _ ref: RefName) -> String {
    Paths.join(vault.staging, "fetch-\(ref.description.split(separator: "/").joined(separator: "-"))")
  }

  /// Removes what a fetch of `ref` left that was ended between its lines and ``remove()``, when nothing is to be fetched.
  /// What another process fetches, or cannot be removed, stays.
  static func removeAbandoned(_ vault: VaultFolder, _ ref: RefName) {
    let path = path(vault, ref)
    let pack = PackFolder(vault.files, path: path).path(1)
    // What was large was renamed away, so that only the folder is left; what was copied is still in it.
    if let file = try? SharedFile.locked(vault.files, path: pack, mode: [.read, .noFollow, .noWait]) {
      file.unlink()
    }
    try? vault.files.removeDirectory(path)
  }

  /// Bytes of all packs.
  var length: UInt64 { lines.reduce(0) { $0 + $1.packs.reduce(0) { $0 + UInt64($1.length) } } }

  /// Where each line's packs lie in the file.
  var places: [[RefLine.PackLocation]] {
    var at: UInt64 = 0
    return lines.map { line in
      line.packs.map { pack in
        defer { at += UInt64(pack.length) }
        return RefLine.PackLocation(pack: pack.pack, file: 1, offset: at, length: UInt64(pack.length))
      }
    }
  }

  /// Fetches what is missing, and checks each pack against its name. A part that an earlier attempt left and that
  /// turns out damaged is fetched again once. `progress` is told of each piece, and of the bytes that are still to come.
  func receive(_ channel: Channel, _ ref: RefName, _ progress: (Int, UInt64) -> Void) throws {
    var have = UInt64(try file.size())
    if have > length { have = try empty() }
    if try isSound(receiving: channel, ref, from: have, progress) { return }
    guard have > 0 else { throw try damaged(ref) }
    guard try isSound(receiving: channel, ref, from: try empty(), progress) else { throw try damaged(ref) }
  }

  /// Fetches what is missing behind the file's first `have` bytes; whether each pack is then what it is named.
  private func isSound(
    receiving channel: Channel, _ ref: RefName, from have: UInt64, _ progress: (Int, UInt64) -> Void
  ) throws -> Bool {
    var arriving = ArrivingPacks(lines.flatMap(\.packs), sink)
    try arriving.take(file, to: have)
    guard have < length, let first = lines.first, let last = lines.last else { return arriving.areSound }
    let question = PacksQuestion(
      ref: .ref(ref), after: first.sequence - 1, through: last.sequence, offset: Int(have))
    let announced = try channel.ask(question, for: DataAnswer.self).length
    guard UInt64(announced) == length - have else {
      throw Refusal(.protocol, "the remote sends \(announced) bytes of packs, not \(length - have)")
    }
    var written = have
    let behind = WriteBehind()
    try channel.receiveData(Int64(announced)) { piece in
      try write(piece, behind: written)
      arriving.take(piece)
      let end = written + UInt64(piece.count)
      behind.grew(file, from: Int64(written), to: Int64(end), keeping: !arriving.isTaken)
      written = end
      progress(piece.count, length - written)
    }
    return arriving.areSound
  }

  /// Writes a piece. Where the disk is full it has the room of what the sink holds.
  private func write(_ piece: UnsafeRawBufferPointer, behind written: UInt64) throws {
    do throws(FileError) {
      try file.file.writeAll(piece)
    } catch {
      guard error.isFull, sink?.giveUp() == true else { throw error }
      try file.file.truncate(to: Int64(written))
      try file.file.writeAll(piece)
    }
  }

  private func empty() throws -> UInt64 {
    try file.file.truncate(to: 0)
    return 0
  }

  private func damaged(_ ref: RefName) throws -> Refusal {
    _ = try empty()
    return Refusal(.malformed, "the remote sends packs of \(ref) that are not what it names")
  }

  /// A reader of one line's documents.
  func reader(_ line: Int, _ places: [[RefLine.PackLocation]]) throws -> ObjectReader {
    ObjectReader(folder, PackLocator(try places[line].map { try folder.footer($0) }))
  }

  /// The lines with their file, to be added to the ref.
  func fetched() throws -> FetchedLines {
    try FetchedLines(
      lines.map { line in
        FetchedLines.Line(
          UnplacedLine(
            kind: .commit, document: line.document, sequence: line.sequence, signatures: line.signatures),
          packs: line.packs.map { ($0.pack, UInt64($0.length)) })
      }, file: file, length: length)
  }

  /// Removes the file and its folder.
  func remove() {
    file.unlink()
    try? files.removeDirectory(path)
  }
}

extension ArrivingPacks {
  /// Takes the first bytes of a file, which an earlier attempt left.
  fileprivate mutating func take(_ file: SharedFile, to end: UInt64) throws {
    var at: UInt64 = 0
    while at < end {
      let bytes = try file.readFully(at: Int64(at), count: Int(min(1 << 20, end - at)))
      // A file that has become shorter holds less than it did, and so no whole packs.
      if bytes.isEmpty { return }
      bytes.withBytes { take($0) }
      at += UInt64(bytes.count)
    }
  }
}
