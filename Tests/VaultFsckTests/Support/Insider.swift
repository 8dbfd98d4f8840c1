import VaultCore
import VaultFiles
import VaultSigning

@testable import VaultStore

/// Someone who holds keys and writes a vault's files past every check of the program.
struct Insider {
  var contents: [String: [UInt8]]
  static let soc = TestVault.soc

  init(_ contents: [String: [UInt8]] = Samples.small) { self.contents = contents }

  static func refFile(_ ref: RefName) -> String { "\(TestVault.root)/refs/\(ref).log" }
  static let trustLog = "\(TestVault.root)/refs/trust.log"
  static func packfile(_ area: String, _ number: Int = 1) -> String {
    "\(TestVault.root)/packs/\(area)/\(PackFolder.fileName(number))"
  }

  func vault() throws -> TestVault { try TestVault(contents) }

  // MARK: - Ref files

  /// A ref file's lines, each with its LF.
  func lines(_ path: String) -> [[UInt8]] {
    (contents[path] ?? []).split(separator: 0x0A).map { Array($0) + [0x0A] }
  }

  mutating func change(_ path: String, _ body: (inout [[UInt8]]) throws -> Void) rethrows {
    var all = lines(path)
    try body(&all)
    contents[path] = all.flatMap { $0 }
  }

  /// The decoded lines of a ref file.
  func refLines(_ path: String) throws -> [RefLine] {
    try lines(path).map { line in
      try line.dropLast().withUnsafeBytes {
        try RefLine(decoding: $0, kind: path == Self.trustLog ? .trust : .commit)
      }
    }
  }

  mutating func append(_ line: RefLine, to path: String) {
    contents[path, default: []] += line.encoded() + [0x0A]
  }

  // MARK: - Packs

  /// Puts bytes behind a packfile.
  mutating func place(_ pack: [UInt8], in area: String) -> RefLine.PackLocation {
    let path = Self.packfile(area)
    let offset = contents[path]?.count ?? 0
    contents[path, default: []] += pack
    return RefLine.PackLocation(
      pack: ObjectID(of: pack), file: 1, offset: UInt64(offset), length: UInt64(pack.count))
  }

  /// A pack as `body` fills it.
  static func pack(
    _ kind: PackKind = .evidence, _ body: (PackAssembler, BlockCoder) throws -> Void
  ) throws -> [UInt8] {
    let assembler = try PackAssembler(kind, MemoryFiles(), staging: "/staging")
    try body(assembler, BlockCoder())
    return try assembler.finish().spool.memory
  }

  static func pack(_ objects: [[UInt8]]) throws -> [UInt8] {
    try pack { assembler, coder in try assembler.append(objects: objects, coder) }
  }

  /// A block of one object, stored as a delta of whole objects.
  static func delta(_ object: [UInt8], of bases: [[UInt8]], _ coder: BlockCoder) -> EncodedBlock {
    let ranges = bases.map { BaseRange(object: ObjectID(of: $0), offset: 0, length: $0.count) }
    return object.withBytes { raw in
      Array(bases.joined()).withBytes { coder.encode(raw, parts: [raw.count], bases: ranges, prefix: $0) }
    }
  }

  // MARK: - Commits

  /// A commit as an honest program makes it, but for what is set.
  struct Draft {
    /// The added lines, without their LF.
    var lines: [[UInt8]] = []
    var evidence: [[UInt8]] = []
    var key = Keys.collector
    /// Who signs; nil for the author alone.
    var signers: [SSHPrivateKey]?
    var namespace = Commit.signatureNamespace
    /// The lines' object as it is signed.
    var blob: ([UInt8]) -> [UInt8] = { $0 }
    /// The lines' object as it is stored.
    var storedBlob: ([UInt8]) -> [UInt8] = { $0 }
    var change: (Commit) -> Commit = { $0 }
    /// The commit's bytes, before they are signed.
    var encode: ([UInt8]) -> [UInt8] = { $0 }
    /// What is signed in the commit's stead.
    var signing: ([UInt8]) -> [UInt8] = { $0 }
    /// Further objects of the log pack.
    var extra: [[UInt8]] = []
    var line: (RefLine) -> RefLine = { $0 }
  }

  /// Appends a commit and its ref line; returns the line.
  @discardableResult
  mutating func commit(_ draft: Draft, to ref: RefName = soc) throws -> RefLine {
    let vault = try vault()
    let index = try RefIndex.open(vault.folder, ref)
    var blob: [UInt8] = []
    for line in draft.lines { blob += line + [0x0A] }
    blob = draft.blob(blob)
    let merkle = MerkleHasher()
    var frontier = index.frontier
    for line in draft.lines { frontier.append(merkle.leaf(line), merkle) }
    let commit = draft.change(
      Commit(
        vault: vault.folder.id, ref: ref, sequence: index.sequence + 1, parent: index.tip,
        lines: ObjectID(of: blob), added: draft.lines.count, count: Int(frontier.end),
        root: frontier.root(merkle), trust: try vault.trust(), signer: draft.key.publicKey.fingerprint,
        time: TestVault.from, message: ""))
    let bytes = draft.encode(commit.encoded())
    let signatures = try (draft.signers ?? [draft.key]).map { key in
      let made = try key.document(draft.signing(bytes), draft.namespace)
      return SignatureDocument(
        object: ObjectID(of: bytes), namespace: made.namespace, signature: made.signature
      ).encoded()
    }
    let objects = [bytes] + signatures + [draft.storedBlob(blob)] + draft.extra
    let log = try Self.pack(.log) { assembler, coder in try assembler.append(objects: objects, coder) }
    let packs = (draft.evidence + [log]).map { place($0, in: ref.period) }
    let path = Self.refFile(ref)
    let line = draft.line(
      RefLine(
        kind: .commit, document: ObjectID(of: bytes), sequence: index.sequence + 1,
        signatures: signatures.map { ObjectID(of: $0) }, packs: packs,
        previous: lines(path).last.map { ObjectID(of: $0) } ?? vault.folder.id))
    append(line, to: path)
    return line
  }

  /// Commits one document at a path.
  @discardableResult
  mutating func add(_ path: String, _ bytes: [UInt8] = Array("new\n".utf8), _ draft: Draft = Draft()) throws
    -> RefLine
  {
    var draft = draft
    let entry = try TestVault.entry(path, ObjectID(of: bytes), UInt64(bytes.count))
    draft.lines = [entry.encoded()]
    draft.evidence = [try Self.pack([bytes])]
    return try commit(draft)
  }

  // MARK: - Trust

  /// Appends a trust document as it is.
  mutating func appendTrust(_ bytes: [UInt8], number: Int, by keys: [SSHPrivateKey] = [Keys.root]) throws {
    let signatures = try keys.map { try $0.document(bytes, Trust.signatureNamespace).encoded() }
    let pack = try Self.pack(.log) { assembler, coder in
      try assembler.append(objects: [bytes] + signatures, coder)
    }
    let place = place(pack, in: "@vault")
    append(
      RefLine(
        kind: .trust, document: ObjectID(of: bytes), sequence: number,
        signatures: signatures.map { ObjectID(of: $0) }, packs: [place],
        previous: lines(Self.trustLog).last.map { ObjectID(of: $0) }), to: Self.trustLog)
  }
}

extension RefLine {
  /// The line with other members.
  func with(
    sequence: Int? = nil, signatures: [ObjectID]? = nil, packs: [PackLocation]? = nil,
    previous: ObjectID? = nil, torn: [TornLine]? = nil, residue: [PackLocation]? = nil
  ) -> RefLine {
    RefLine(
      kind: kind, document: document, sequence: sequence ?? self.sequence,
      signatures: signatures ?? self.signatures, packs: packs ?? self.packs,
      previous: previous ?? self.previous, torn: torn ?? self.torn, residue: residue ?? self.residue)
  }
}

extension Commit {
  /// The commit with other members.
  func with(
    vault: ObjectID? = nil, ref: RefName? = nil, parent: ObjectID? = nil, added: Int? = nil,
    count: Int? = nil, root: MerkleHash? = nil, trust: ObjectID? = nil, signer: String? = nil
  ) -> Commit {
    Commit(
      vault: vault ?? self.vault, ref: ref ?? self.ref, sequence: sequence, parent: parent ?? self.parent,
      lines: lines, added: added ?? self.added, count: count ?? self.count, root: root ?? self.root,
      trust: trust ?? self.trust, signer: signer ?? self.signer, time: time, message: message)
  }
}
