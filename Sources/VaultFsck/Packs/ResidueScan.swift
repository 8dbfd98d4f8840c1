import VaultCore
import VaultFiles
import VaultStore

/// What lies in bytes that no ref line names: above all commits, since a line removed by hand leaves its
/// commit behind.
struct ResidueScan {
  struct FoundCommit: Hashable {
    let id: ObjectID
    let commit: Commit
    /// Whether a signature object over it lies there too.
    let isSigned: Bool

    /// What a finding says of it.
    var text: String {
      "\(isSigned ? "signed" : "unsigned") commit \(id.hex), \(commit.ref) sequence \(commit.sequence)"
    }
  }

  private(set) var commits: [FoundCommit] = []
  /// Whole blocks in the region.
  private(set) var blocks = 0
  /// The hash of the region's bytes.
  let hash: ObjectID

  private static let limit = 256

  init(_ folder: PackFolder, file number: Int, offset: UInt64, length: UInt64, _ meter: Meter) throws {
    let file = try folder.file(number)
    hash = try Self.hash(file, offset, length, meter)
    var scanner = BlockScanner(file, from: offset, to: offset + length)
    let coder = BlockCoder()
    var found: [(ObjectID, Commit)] = []
    var signed: Set<ObjectID> = []
    while let block = try scanner.next() {
      blocks += 1
      guard found.count < Self.limit else { continue }
      for document in block.documents(coder) {
        if document.starts(with: "{\"added\":".utf8), let commit = try? Commit(decoding: document) {
          found.append((ObjectID(of: document), commit))
        } else if document.starts(with: "{\"format\":\"sshsig\"".utf8),
          let signature = try? SignatureDocument(decoding: document)
        {
          signed.insert(signature.object)
        }
      }
    }
    commits = found.map { FoundCommit(id: $0.0, commit: $0.1, isSigned: signed.contains($0.0)) }
  }

  private static func hash(
    _ file: SharedFile, _ offset: UInt64, _ length: UInt64, _ meter: Meter
  ) throws -> ObjectID {
    let hasher = SHA256Hasher()
    var at: UInt64 = 0
    while at < length {
      let bytes = try file.readFully(at: Int64(offset + at), count: Int(min(1 << 20, length - at)))
      if bytes.isEmpty { break }
      hasher.update(bytes)
      at += UInt64(bytes.count)
      meter.advance(UInt64(bytes.count))
    }
    return ObjectID(hasher.finish())
  }

  /// What a finding says of the region.
  var text: String {
    guard !commits.isEmpty else {
      return blocks == 0 ? "no whole block" : "\(counted(blocks, "whole block")), no commit"
    }
    return commits.prefix(8).map(\.text).joined(separator: "; ") + (commits.count > 8 ? "; …" : "")
  }
}
