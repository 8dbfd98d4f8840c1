import VaultCore
import VaultFiles

/// A trust document as stored, with the signatures that its line names; nothing of it is verified yet.
public struct StoredTrust: Sendable {
  public let id: ObjectID
  public let bytes: [UInt8]
  public let signatures: [SignatureDocument]
  public let record: RefRecord

  init(id: ObjectID, bytes: [UInt8], signatures: [SignatureDocument], record: RefRecord) {
    self.id = id
    self.bytes = bytes
    self.signatures = signatures
    self.record = record
  }

  /// A document that another copy of the vault has, to be stored here.
  package init(copying bytes: [UInt8], number: Int, signatures: [SignatureDocument]) {
    let line = RefLine(
      kind: .trust, document: ObjectID(of: bytes), sequence: number, signatures: [], packs: [],
      previous: nil, torn: [], residue: [])
    self.init(
      id: line.document, bytes: bytes, signatures: signatures,
      record: RefRecord(line: line, start: 0, end: 0, hash: .zero))
  }
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
    if tail.records.isEmpty, tail.torn.isEmpty { return try body(tail) }
    // The writer of the last line may have died before it synced, or been told that it could not.
    return try body(try vault.settle(vault.trustLog) ? tail : self.tail())
  }

  private func append(
    _ trust: Trust, _ signatures: [SignatureDocument], after tail: RefTail
  ) throws -> ObjectID {
    let bytes = trust.encoded()
    let assembler = try PackAssembler(.log, vault.files, staging: vault.staging)
    let documents = signatures.map { $0.encoded() }
    try assembler.append(objects: [bytes] + documents, BlockCoder())
    let line = UnplacedLine(
      kind: .trust, document: ObjectID(of: bytes), sequence: trust.number,
      signatures: documents.map { ObjectID(of: $0) })
    try write(line, [try assembler.finish().loose], after: tail)
    return line.document
  }

  private func write(
    _ unplaced: UnplacedLine, _ packs: [LoosePack], after tail: RefTail,
    approve: (RefLine) throws -> Void = { _ in }
  ) throws {
    var ends: [Int: UInt64] = [:]
    for place in tail.records.flatMap({ $0.line.packs + $0.line.residue }) {
      ends[place.file] = max(ends[place.file] ?? 0, place.end)
    }
    var placer = try PackPlacer(folder, claimed: ends)
    let residue = try placer.residue()
    let line = unplaced.placed(
      try placer.place(packs), previous: tail.records.last.map { ObjectID($0.hash) }, torn: tail.torn,
      residue: residue)
    try RefAppender.check(line)
    try approve(line)
    _ = try RefAppender.append(
      line, to: vault.trustLog, after: tail, isNew: tail.records.isEmpty, vault.files)
  }

  /// Appends a line that somebody else made and the caller has checked against documents of which `newest` was the
  /// last. `approve` gets the line when its packs are durable, before it is written; what it throws ends this.
  /// Returns false, with nothing written, where another document is the newest by now.
  package func append(
    _ unplaced: UnplacedLine, _ packs: [IncomingPack], after newest: ObjectID,
    approve: (RefLine) throws -> Void
  ) throws -> Bool {
    try locked { tail in
      guard let last = tail.records.last, last.line.document == newest,
        last.line.sequence + 1 == unplaced.sequence
      else { return false }
      try write(unplaced, packs.map { $0.loose(vault.files) }, after: tail, approve: approve)
      return true
    }
  }

  /// Writes a line that was approved, where its writer died before it stood.
  package func finish(_ line: RefLine, isDue: () throws -> Bool) throws {
    try locked { tail in
      guard try isDue() else { return }
      if let found = tail.records.first(where: { $0.line.sequence == line.sequence }) {
        return try RefAppender.expectSame(found.line, line, vault.trustLog)
      }
      let last = tail.records.last
      try RefAppender.expect(
        line, follows: last.map { ObjectID($0.hash) }, (last?.line.sequence ?? 0) + 1, vault.trustLog)
      try folder.checkPacks(line)
      _ = try RefAppender.append(
        line.explaining(tail.torn), to: vault.trustLog, after: tail, isNew: tail.records.isEmpty, vault.files)
    }
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
