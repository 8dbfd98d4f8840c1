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
    try locked { tail in
      let (trust, signatures) = try make(try tail.records.map(load))
      return try append(trust, signatures, after: tail)
    }
  }

  /// Gives the documents' ref file, as it stands and durable, to `body` under the lock of the vault's own packs.
  private func locked<R>(_ body: (RefTail) throws -> R) throws -> R {
    try vault.files.makeDirectories(folder.path)
    try vault.files.makeDirectories(Paths.parent(vault.trustLog))
    let lock = try File(vault.files, path: folder.path, mode: .readDirectory)
    try lock.lock()
    StagingFolder(vault.files, vault.staging).removePassing()
    let tail = try self.tail()
    // The writer of the last line may have died before it synced.
    if !tail.records.isEmpty { try vault.makeDurable(vault.trustLog) }
    return try body(tail)
  }

  private func append(
    _ trust: Trust, _ signatures: [SignatureDocument], after tail: RefTail
  ) throws -> ObjectID {
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
    var appended = try AppendedLine(
      line, to: vault.trustLog, after: tail, isNew: tail.records.isEmpty, vault.files)
    try appended.sync()
    return ObjectID(of: bytes)
  }

  /// Makes sure of a first document, and gives its id to `finish` under the same lock: the one that is there, if
  /// it is the only one and `resumes` takes it, else `trust`.
  func begin(
    _ trust: Trust, _ signatures: [SignatureDocument], resumes: (StoredTrust) throws -> Bool,
    _ finish: (ObjectID) throws -> Void
  ) throws -> ObjectID {
    try locked { tail in
      let id: ObjectID
      if let first = tail.records.first {
        guard try tail.records.count == 1 && vault.periods().isEmpty && resumes(try load(first)) else {
          throw StoreError(
            .exists, "\(vault.root) holds trust documents of another vault, or of one with other root keys",
            hint: "take another folder; or, if nobody needs what is in this one, delete it and try again")
        }
        id = first.line.document
      } else {
        id = try append(trust, signatures, after: tail)
      }
      try finish(id)
      return id
    }
  }
  /// Makes sure of exactly these documents, of another copy of their vault, and calls `finish` under the same lock.
  /// Those that an earlier attempt got to are kept.
  func begin(copying documents: [StoredTrust], _ finish: () throws -> Void) throws {
    try locked { tail in
      let standing = tail.records.map(\.line.document)
      guard try documents.map(\.id).starts(with: standing) && vault.periods().isEmpty else {
        throw StoreError(
          .exists, "\(vault.root) holds trust documents of another vault",
          hint: "take another folder; or, if nobody needs what is in this one, delete it and try again")
      }
      var tail = tail
      for document in documents[standing.count...] {
        _ = try append(try Trust(decoding: document.bytes), document.signatures, after: tail)
        tail = try self.tail()
      }
      try finish()
    }
  }
}
