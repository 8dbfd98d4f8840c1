import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning

@testable import VaultStore

/// A commit as an honest program makes it on top of what a remote holds, but for what is set.
struct Forgery {
  var ref = PushScene.ref
  /// The added lines, without their LF.
  var lines: [[UInt8]] = []
  var evidence: [[UInt8]] = []
  var key = PushKeys.collector
  /// Who signs; nil for the author alone.
  var signers: [SSHPrivateKey]?
  var time = PushScene.now
  /// The trust document that it names; nil for the newest.
  var trust: ObjectID?
  /// The lines' object as it is stored.
  var blob: ([UInt8]) -> [UInt8] = { $0 }
  var change: (Commit) -> Commit = { $0 }
  /// The commit's bytes.
  var encode: ([UInt8]) -> [UInt8] = { $0 }
  /// Objects of the log pack, given the honest ones: commit, signatures, lines.
  var objects: ([[UInt8]]) -> [[UInt8]] = { $0 }
  /// The sequence that the push tells; nil for the commit's.
  var sequence: Int?

  /// One document at a path.
  static func add(_ path: String, _ bytes: [UInt8]) throws -> Forgery {
    Forgery(lines: [try entry(path, bytes).encoded()], evidence: [try pack([bytes])])
  }

  static func entry(
    _ path: String, _ bytes: [UInt8], revision: Int = 1, supersedes: Entry.Supersession? = nil,
    effective: Entry.Window? = nil, population: Population? = nil
  ) throws -> Entry {
    Entry(
      path: try EvidencePath(path), revision: revision, object: ObjectID(of: bytes),
      size: UInt64(bytes.count), mediaType: "text/plain", controls: ["CC7.2"], series: nil,
      source: Entry.Source(system: "siem"),
      effective: effective ?? Entry.Window(from: PushScene.from, to: PushScene.now),
      collected: PushScene.now, context: [], late: nil, supersedes: supersedes, population: population)
  }

  /// The push, with its packs in the remote's quarantine.
  func push(to remote: PushScene) throws -> OfferedLine {
    let vault = try remote.vault
    let index = try RefIndex.openOrNew(vault.folder, ref)
    let merkle = MerkleHasher()
    var frontier = index.frontier
    for line in lines { frontier.append(merkle.leaf(line), merkle) }
    let joined = blob(lines.flatMap { $0 + [0x0A] })
    let commit = change(
      Commit(
        vault: vault.folder.id, ref: ref, sequence: index.sequence + 1, parent: index.tip,
        lines: ObjectID(of: joined), added: lines.count, count: Int(frontier.end),
        root: frontier.root(merkle), trust: try trust ?? vault.newestTrust().id,
        signer: key.publicKey.fingerprint, time: time, message: ""))
    let bytes = encode(commit.encoded())
    let signatures = try (signers ?? [key]).map { key in
      SignatureDocument(
        object: ObjectID(of: bytes), namespace: Commit.signatureNamespace,
        signature: Base64.encode(try key.sign(bytes, namespace: Commit.signatureNamespace).blob)
      ).encoded()
    }
    let log = try Self.pack(objects([bytes] + signatures + [joined]), .log)
    return try remote.push(
      .ref(ref), sequence ?? commit.sequence, ObjectID(of: bytes), signatures.map { ObjectID(of: $0) },
      evidence + [log])
  }

  // MARK: - Packs

  /// A pack as `body` fills it.
  static func pack(
    _ kind: PackKind = .evidence, _ body: (PackAssembler, BlockCoder) throws -> Void
  ) throws -> [UInt8] {
    let assembler = try PackAssembler(kind, MemoryFiles(), staging: "/staging")
    try body(assembler, BlockCoder())
    return try assembler.finish().spool.memory
  }

  static func pack(_ objects: [[UInt8]], _ kind: PackKind = .evidence) throws -> [UInt8] {
    try pack(kind) { assembler, coder in try assembler.append(objects: objects, coder) }
  }

  /// A pack of one object, stored as a delta of whole objects.
  static func delta(_ object: [UInt8], of bases: [[UInt8]]) throws -> [UInt8] {
    try pack { assembler, coder in try append(object, of: bases, to: assembler, coder) }
  }

  /// A pack of objects of which the first is stored whole and each other as a delta of the one before.
  static func chain(_ objects: [[UInt8]]) throws -> [UInt8] {
    try pack { assembler, coder in
      try assembler.append(objects: Array(objects[..<1]), coder)
      for (base, object) in zip(objects, objects.dropFirst()) {
        try append(object, of: [base], to: assembler, coder)
      }
    }
  }

  private static func append(
    _ object: [UInt8], of bases: [[UInt8]], to assembler: PackAssembler, _ coder: BlockCoder
  ) throws {
    let ranges = bases.map { BaseRange(object: ObjectID(of: $0), offset: 0, length: $0.count) }
    let block = object.withBytes { raw in
      Array(bases.joined()).withBytes { coder.encode(raw, parts: [raw.count], bases: ranges, prefix: $0) }
    }
    precondition(block.bytes[5] & 1 == 1, "a block that is no delta")
    try assembler.append(block, ending: [(ObjectID(of: object), UInt64(object.count))])
  }
}

extension Commit {
  /// The commit with other members.
  func with(
    vault: ObjectID? = nil, ref: RefName? = nil, sequence: Int? = nil, parent: ObjectID? = nil,
    added: Int? = nil, count: Int? = nil, root: MerkleHash? = nil
  ) -> Commit {
    Commit(
      vault: vault ?? self.vault, ref: ref ?? self.ref, sequence: sequence ?? self.sequence,
      parent: parent ?? self.parent, lines: lines, added: added ?? self.added, count: count ?? self.count,
      root: root ?? self.root, trust: trust, signer: signer, time: time, message: message)
  }
}
