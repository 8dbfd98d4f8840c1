import Glibc
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultStore

extension Door {
  /// A client's whole session with a remote, in lines: each is a message, or data where its first byte is 2. Whatever it says,
  /// the remote is what it was, or has grown and is sound; nobody's files stay open.
  ///
  /// The remote is the bare vault in the folder that the variable SERVED names.
  static let session = Door(name: "session") { raw in
    let files = MemoryFiles()
    for (path, bytes) in served {
      guard (try? files.makeDirectories(Paths.parent(path))) != nil,
        (try? files.writeNewFile(path, bytes)) != nil
      else { fatalError("the file system in memory does not write") }
    }
    serve(said(raw), files)
    guard contents(of: "/srv", files) != served else { return }
    guard let outcome = try? Fsck.run(files, root: "/srv/vault", Fsck.Options(workers: 1)) else {
      fatalError("the remote cannot be checked any more")
    }
    require(outcome.isClean, "the remote has findings: \(outcome.findings)")
  }

  /// The bytes of a session: the preface, then a frame a line.
  private static func said(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    var out = Array("evidence-vault/1\r\n".utf8)
    for line in raw.split(separator: 0x0A) where line.count <= 256 << 10 {
      let isData = line.first == 2
      let payload = isData ? unescaped(line.dropFirst()) : Array(line)
      guard !payload.isEmpty else { continue }
      withUnsafeBytes(of: UInt32(payload.count).littleEndian) { out += $0 }
      out += [isData ? 2 : 1, 0, 0, 0]
      out += payload
    }
    return out
  }

  /// Data in a line: behind an ESC, a byte has another bit 6.
  private static func unescaped(_ line: UnsafeRawBufferPointer.SubSequence) -> [UInt8] {
    var out: [UInt8] = []
    var isBehindEscape = false
    for byte in line {
      let isEscape = byte == 0x1B && !isBehindEscape
      if !isEscape { out.append(isBehindEscape ? byte ^ 0x40 : byte) }
      isBehindEscape = isEscape
    }
    return out
  }

  private static func serve(_ said: [UInt8], _ files: MemoryFiles) {
    var ends: [Int32] = [-1, -1]
    let output = Glibc.open("/dev/null", O_WRONLY)
    require(pipe(&ends) == 0 && output >= 0, "no descriptors for a session")
    defer {
      Glibc.close(ends[0])
      Glibc.close(output)
    }
    // Long enough for all that is said: nobody writes while it is read.
    _ = fcntl(ends[1], setPipeSize, 1 << 20)
    require(write(ends[1], said, said.count) == said.count, "a session that is too long for a pipe")
    Glibc.close(ends[1])
    guard let channel = try? Channel(reading: ends[0], writing: output, side: .server) else {
      fatalError("no channel over a pipe")
    }
    defer { channel.close() }
    let settings = ServerSettings(root: "/srv", identity: "fuzz", rights: [.push, .fetch]) { clock }
    try? ServerSession(channel, settings, files: files).run()
  }

  /// F_SETPIPE_SZ of Linux.
  private static let setPipeSize: Int32 = 1031

  private static let clock = Timestamp(canonical: "2026-06-01T12:00:00.000Z")!

  // MARK: - The remote's files

  private static let served: [String: [UInt8]] = {
    guard let folder = getenv("SERVED").map({ String(cString: $0) }) else {
      fatalError("SERVED names no bare vault")
    }
    let found = contents(of: folder, SystemFiles.shared)
    require(!found.isEmpty, "SERVED names an empty folder")
    return Dictionary(
      uniqueKeysWithValues: found.map { ("/srv/vault" + $0.key.dropFirst(folder.utf8.count), $0.value) })
  }()

  /// The files below a folder but those that are no part of a vault: what has arrived and the access log.
  private static func contents(of folder: String, _ files: any FileLayer) -> [String: [UInt8]] {
    var out: [String: [UInt8]] = [:]
    for name in (try? files.list(folder)) ?? []
    where !["quarantine", "staging", "index", VaultFolder.accessLogName].contains(name) {
      let path = Paths.join(folder, name)
      if (try? files.status(path: path, followLinks: false).kind) == .directory {
        out.merge(contents(of: path, files)) { one, _ in one }
      } else {
        out[path] = try? files.readWholeFile(path, limit: 1 << 24)
      }
    }
    return out
  }
}
