import VaultCore
import VaultFiles

/// A trust document as stored, with the signatures that its line names; nothing of it is verified yet.
public struct StoredTrust: Sendable {
  public let id: ObjectID
  public let bytes: [UInt8]
  public let signatures: [SignatureDocument]
  public let record: RefRecord
}

/// The vault's trust documents: `refs/trust.log` and `packs/@vault`.
public struct TrustStore {
  private let vault: VaultFolder
  private let folder: PackFolder

  public init(_ vault: VaultFolder) {
    self.vault = vault
    folder = PackFolder(vault.files, path: vault.vaultPacks)
  }

  private func tail() throws -> RefTail {
    do {
      return try RefTail.read(
        vault.files, path: vault.trustLog, from: 0, kind: .trust, after: nil, sequence: 0)
    } catch let error as FileError where error.errno == 2 {
      return RefTail()
    }
  }

  /// All trust documents, the first one first; each hashed, none verified.
  public func all() throws -> [StoredTrust] { try tail().records.map(load) }

  private func load(_ record: RefRecord) throws -> StoredTrust {
    let reader = ObjectReader(folder, PackLocator(try record.line.packs.map { try folder.footer($0) }))
    let bytes = try reader.read(record.line.document, limit: Limits.documentBytes)
    let signatures = try record.line.signatures.map { id in
      do {
        return try SignatureDocument(decoding: try reader.read(id, limit: SignatureDocument.limit))
      } catch let error as FormatError {
        throw StoreError.damaged("signature \(id.hex)", error)
      }
    }
    return StoredTrust(id: record.line.document, bytes: bytes, signatures: signatures, record: record)
  }

  /// Appends a trust document that `make` builds from the newest one, under the lock of the vault's own packs.
  @discardableResult
  public func append(_ make: ([StoredTrust]) throws -> (Trust, [SignatureDocument])) throws -> ObjectID {
    try vault.files.makeDirectories(folder.path)
    try vault.files.makeDirectories(Paths.parent(vault.trustLog))
    let lock = try File(vault.files, path: folder.path, mode: .readDirectory)
    try lock.lock()
    let tail = try self.tail()
    let (trust, signatures) = try make(try tail.records.map(load))
    let bytes = trust.encoded()
    let assembler = try PackAssembler(.log, vault.files, staging: vault.staging)
    let documents = signatures.map { $0.encoded() }
    try assembler.append(objects: [bytes] + documents, BlockCoder())
    var ends: [Int: UInt64] = [:]
    for place in tail.records.flatMap({ $0.line.packs + $0.line.residue }) {
      ends[place.file] = max(ends[place.file] ?? 0, place.end)
    }
    var placer = try PackPlacer(folder, claimed: ends)
    let residue = try placer.residue()
    let line = RefLine(
      kind: .trust, document: ObjectID(of: bytes), sequence: trust.number,
      signatures: documents.map { ObjectID(of: $0) },
      packs: try placer.place([try assembler.finish()]),
      previous: tail.records.last.map { ObjectID($0.hash) },
      torn: tail.torn, residue: residue)
    _ = try RefAppender.append(
      line, to: vault.trustLog, after: tail, isNew: tail.records.isEmpty, vault.files)
    return ObjectID(of: bytes)
  }
}

extension VaultFolder {
  /// Makes a vault in `root`, which must be absent or empty: the first trust document, then `vault.json`, whose
  /// appearance is what makes the folder a vault.
  public static func create(
    _ files: any FileLayer, root: String, first trust: Trust, signatures: [SignatureDocument]
  ) throws -> VaultFolder {
    try files.makeDirectories(root)
    if try files.exists(Paths.join(root, VaultFile.name)) {
      throw StoreError(.exists, "\(root) is a vault already")
    }
    let leftOver = try files.list(root).filter { !["staging", "refs", "packs"].contains($0) }
    guard leftOver.isEmpty else { throw StoreError(.exists, "\(root) is not empty: it holds \(leftOver[0])") }
    let folder = VaultFolder(files, root: root, id: ObjectID(of: trust.encoded()))
    try TrustStore(folder).append { existing in
      guard existing.isEmpty else {
        throw StoreError(
          .exists, "\(root) holds an unfinished vault", hint: "delete that folder and try again")
      }
      return (trust, signatures)
    }
    try files.writeNewFile(Paths.join(root, VaultFile.name), VaultFile(vault: folder.id).encoded())
    return folder
  }
}
