import VaultCore
import VaultSigning
import VaultStore

/// What the folder of a sample holds, as the exact bytes that prove it: from each record up to the vault's id.
public struct SampleContent: Sendable {
  /// A document with the signatures over it.
  public struct Signed: Sendable {
    public let bytes: [UInt8]
    public let signatures: [SSHSignature]

    public init(bytes: [UInt8], signatures: [SSHSignature]) {
      self.bytes = bytes
      self.signatures = signatures
    }

    /// The document's id.
    public var id: ObjectID { ObjectID(of: bytes) }

    /// The signature documents, as the vault has them.
    public func documents(_ namespace: String) -> [SignatureDocument] {
      signatures.map {
        SignatureDocument(object: id, namespace: namespace, signature: Base64.encode($0.blob))
      }
    }
  }

  /// A line of a ref with the proof that it is under the root of one of the ref's commits.
  public struct ProvedLine: Sendable {
    /// The line without its LF.
    public let line: [UInt8]
    public let proof: InclusionProof

    public init(line: [UInt8], proof: InclusionProof) {
      self.line = line
      self.proof = proof
    }
  }

  /// A draw as it stands in the reviews.
  public struct Drawn: Sendable {
    public let commit: Signed
    public let draw: ProvedLine
    /// The earlier draw that this one extends, in the same tree.
    public let extended: ProvedLine?

    public init(commit: Signed, draw: ProvedLine, extended: ProvedLine?) {
      self.commit = commit
      self.draw = draw
      self.extended = extended
    }
  }

  public let vault: ObjectID
  public let period: String
  /// Every trust document, the first one first.
  public let trust: [Signed]
  /// The commit that brought the population.
  public let commit: Signed
  /// The population's entry, under that commit's root.
  public let entry: ProvedLine
  /// The records; those of a draw in the order of their tickets.
  public let records: [RecordProof]
  /// Nil where the records were not drawn.
  public let drawn: Drawn?
  /// A remote's receipt of the commit, in canonical JSON.
  public let receipt: [UInt8]?

  public init(
    vault: ObjectID, period: String, trust: [Signed], commit: Signed, entry: ProvedLine,
    records: [RecordProof], drawn: Drawn?, receipt: [UInt8]?
  ) {
    self.vault = vault
    self.period = period
    self.trust = trust
    self.commit = commit
    self.entry = entry
    self.records = records
    self.drawn = drawn
    self.receipt = receipt
  }
}

extension SampleContent {
  /// Reads what proves records of a population; `drawLeaf` is the place of the draw in the reviews, `receipt` that of
  /// the commit which brought the population.
  public static func collect(
    _ vault: OpenVault, _ population: ReviewedPopulation, records: [RecordProof], drawLeaf: Int?,
    receipt: [UInt8]?
  ) throws -> SampleContent {
    let reader = population.reader
    let sequence = population.record.sequence
    let commit = try VerifiedCommit(vault, reader, sequence: sequence)
    return SampleContent(
      vault: vault.folder.id, period: reader.index.ref.period, trust: try trust(vault),
      commit: try signed(commit),
      entry: ProvedLine(
        line: population.line,
        proof: try reader.inclusionProof(leaf: population.record.leaf, in: commit.commit)),
      records: records, drawn: try drawLeaf.map { try drawn(vault, reader.index.ref.period, leaf: $0) },
      receipt: receipt)
  }

  private static func drawn(_ vault: OpenVault, _ period: String, leaf: Int) throws -> Drawn {
    guard let reviews = try vault.reviews(period), let sequence = reviews.index.sequence(ofLeaf: UInt64(leaf))
    else { throw StoreError(.notFound, "the reviews of \(period) have no leaf \(leaf)") }
    let commit = try VerifiedCommit(vault, reviews, sequence: sequence)
    func proved(_ leaf: Int) throws -> ProvedLine {
      ProvedLine(
        line: try reviews.lineBytes(leaf: UInt64(leaf)),
        proof: try reviews.inclusionProof(leaf: UInt64(leaf), in: commit.commit))
    }
    let line = try proved(leaf)
    guard case .draw(let draw)? = try? Line(decoding: line.line) else {
      throw StoreError(.badInput, "leaf \(leaf) of the reviews of \(period) is no draw")
    }
    return Drawn(commit: try signed(commit), draw: line, extended: try draw.extends.map(proved))
  }

  private static func signed(_ commit: VerifiedCommit) throws -> Signed {
    Signed(bytes: commit.bytes, signatures: try commit.signatures.map(signature))
  }

  private static func trust(_ vault: OpenVault) throws -> [Signed] {
    try TrustStore(vault.folder).all().map {
      Signed(bytes: $0.bytes, signatures: try $0.signatures.map(signature))
    }
  }

  private static func signature(_ document: SignatureDocument) throws -> SSHSignature {
    guard let blob = Base64.decode(Array(document.signature.utf8)) else {
      throw StoreError(.damaged, "a signature is not canonical base64", hint: "run 'vault fsck'")
    }
    return try SSHSignature(blob: blob)
  }
}
