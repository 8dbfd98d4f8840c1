import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A remote's trust, learnt without a local vault: every document, verified from the vault's id on.
struct RemoteTrust {
  let chain: TrustChain

  /// The newest document.
  let newest: TrustChain.Verified
  /// All of them, to be stored.
  let documents: [StoredTrust]

  /// Asks for all documents; their packs go to `000001.pack` in `folder`, which must not have one.
  ///
  /// Throws ``Refusal`` with `trust` where they do not verify, or do not begin with the vault that is pinned.
  init(_ channel: Channel, vault: ObjectID, _ files: any FileLayer, folder: String) throws {
    var lines: [CarriedLine] = []
    var more = true
    while more {
      let answer = try channel.ask(LinesQuestion(ref: .trust, after: lines.count), for: LinesAnswer.self)
      guard !answer.lines.isEmpty, answer.lines[0].sequence == lines.count + 1 else {
        throw Refusal(.protocol, "the remote's trust documents have a gap")
      }
      lines += answer.lines
      more = answer.more
    }
    let packs = PackFolder(files, path: folder)
    let places = try Self.receive(lines, channel, packs, files)
    var chain = TrustChain()
    var documents: [StoredTrust] = []
    for (line, places) in zip(lines, places) {
      do {
        let reader = ObjectReader(packs, PackLocator(try places.map { try packs.footer($0) }))
        let bytes = try reader.read(line.document, limit: Limits.documentBytes)
        let signatures = try line.signatures.map {
          try SignatureDocument(decoding: try reader.read($0, limit: SignatureDocument.limit))
        }
        try chain.append(id: line.document, bytes: bytes, signatures: signatures)
        documents.append(StoredTrust(copying: bytes, number: line.sequence, signatures: signatures))
      } catch let error as TrustError {
        throw Refusal(.trust, "the remote's trust does not verify: \(error.reason)")
      } catch let error as FormatError {
        throw Self.wrong(line, error.reason)
      } catch let error as StoreError where error.code == .damaged || error.code == .notFound {
        throw Self.wrong(line, error.reason)
      }
    }
    guard chain.vault == vault, let newest = chain.newest else {
      throw Refusal(.otherVault, "the remote's trust is not that of the vault \(vault)")
    }
    self.chain = chain
    self.documents = documents
    self.newest = newest
  }

  private static func wrong(_ line: CarriedLine, _ why: String) -> Refusal {
    Refusal(.malformed, "trust document \(line.sequence), as the remote sends it: \(why)")
  }

  /// Writes the packs of lines one behind the other, each hashed, and says where they lie.
  private static func receive(
    _ lines: [CarriedLine], _ channel: Channel, _ packs: PackFolder, _ files: any FileLayer
  ) throws -> [[RefLine.PackLocation]] {
    let file = try File(files, path: packs.path(1), mode: .createNew)
    var offset: UInt64 = 0
    var out: [[RefLine.PackLocation]] = []
    for first in stride(from: 0, to: lines.count, by: WireLimits.lines) {
      let batch = lines[first..<min(lines.count, first + WireLimits.lines)]
      let question = PacksQuestion(ref: .trust, after: first, through: first + batch.count, offset: 0)
      let length = try channel.ask(question, for: DataAnswer.self).length
      guard length <= Self.limit, length == batch.flatMap(\.packs).reduce(0, { $0 + $1.length }) else {
        throw Refusal(.protocol, "the remote's trust documents have packs of other lengths")
      }
      try channel.receiveData(Int64(length)) { try file.writeAll($0) }
      for line in batch {
        out.append(
          line.packs.map { pack in
            defer { offset += UInt64(pack.length) }
            return RefLine.PackLocation(
              pack: pack.pack, file: 1, offset: offset, length: UInt64(pack.length))
          })
      }
    }
    for place in out.joined() where try !packs.holds(place) {
      throw Refusal(.malformed, "pack \(place.pack.hex) of the remote's trust has other bytes")
    }
    return out
  }

  /// Bytes of the packs of 1000 documents.
  private static let limit = 64 << 20
}
