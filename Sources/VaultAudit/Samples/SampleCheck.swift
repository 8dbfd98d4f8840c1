import VaultCore
import VaultSigning

/// Verifies the folder of a sample without its vault: from the records to the vault's id (docs/sampling.md).
public struct SampleCheck {
  /// What a folder proves.
  public struct Proved: Sendable {
    public let population: PopulationReference
    /// The commit that brought the population, who made it, and when by their word.
    public let commit: ObjectID
    public let author: String
    public let time: Timestamp
    /// The draw with its leaf, commit and author; nil where the records were not drawn.
    public let draw: Drawn?
    public let records: [Int]
    /// When a remote received the population's commit; nil without a receipt.
    public let received: Timestamp?
  }

  /// A draw that a folder proves.
  public struct Drawn: Sendable {
    public let draw: SampleDraw
    public let leaf: Int
    public let commit: ObjectID
    public let author: String
    public let time: Timestamp
  }

  /// Checks a receipt of the population's commit by the logs that the newest trust document names, and gives when it
  /// was received. Remotes are no business of this layer, so the caller brings it.
  public typealias ReceiptCheck = (
    _ receipt: [UInt8], _ trust: TrustChain, _ commit: Commit, _ signatures: [ObjectID]
  ) throws -> Timestamp

  private let sample: StoredSample
  private let content: SampleContent
  private let workers: Int
  private let hasher = MerkleHasher()

  /// Checks a folder; `pinned` is the vault's id, obtained elsewhere. Throws ``SampleFinding``.
  public static func run(
    _ sample: StoredSample, pinned: ObjectID?, workers: Int, receipt: ReceiptCheck
  ) throws -> Proved {
    try SampleCheck(sample: sample, content: sample.content, workers: workers).run(pinned, receipt)
  }

  private func run(_ pinned: ObjectID?, _ checkReceipt: ReceiptCheck) throws -> Proved {
    if let pinned, pinned != content.vault {
      throw SampleFinding(
        .vaultMismatch, SampleManifest.name, "it is of the vault \(content.vault), not \(pinned)")
    }
    let trust = try chain()
    let brought = try commit(content.commit, .period(content.period), "population/commit.json", trust)
    let (population, entry) = try population(brought)
    try records(population)
    let drawn = try content.drawn.map { try draw($0, population, trust) }
    try workpaper(entry)
    try derived()
    return Proved(
      population: population, commit: content.commit.id, author: brought.permit.authorName,
      time: brought.commit.time, draw: drawn, records: content.records.map { Int($0.record) },
      received: try received(trust, brought.commit, checkReceipt))
  }

  // MARK: - Trust and commits

  private func chain() throws -> TrustChain {
    var chain = TrustChain()
    for (index, document) in content.trust.enumerated() {
      do throws(TrustError) {
        try chain.append(
          id: document.id, bytes: document.bytes, signatures: document.documents(Trust.signatureNamespace))
      } catch {
        throw SampleFinding(.trustBroken, "trust document \(index + 1)", error.reason)
      }
    }
    guard chain.vault == content.vault else {
      throw SampleFinding(.trustBroken, "trust document 1", "its id is not the vault's")
    }
    return chain
  }

  private struct Checked {
    let commit: Commit
    let permit: Permit
  }

  private func commit(
    _ signed: SampleContent.Signed, _ ref: RefName, _ name: String, _ trust: TrustChain
  ) throws -> Checked {
    do {
      let commit = try Commit(decoding: signed.bytes)
      guard commit.vault == content.vault, commit.ref == ref else {
        throw SampleFinding(.commitInvalid, name, "it is a commit of \(commit.ref), or of another vault")
      }
      let keys = try TrustChain.signers(
        signed.documents(Commit.signatureNamespace), over: signed.bytes, id: signed.id,
        namespace: Commit.signatureNamespace)
      let permit = try trust.permit(
        trust: commit.trust, period: ref.period, signers: keys, author: commit.signer, at: commit.time)
      return Checked(commit: commit, permit: permit)
    } catch let error as FormatError {
      throw SampleFinding(.malformed, name, error.reason)
    } catch let error as TrustError {
      throw SampleFinding(.commitInvalid, name, error.reason)
    }
  }

  /// A line under the root of a commit; one that `isNew` is among those that it adds, by somebody who may.
  private func line(
    _ proved: SampleContent.ProvedLine, in checked: Checked, _ name: String, isNew: Bool = true
  ) throws -> Line {
    let commit = checked.commit
    guard proved.proof.treeSize == UInt64(commit.count),
      proved.proof.root(leaf: hasher.leaf(proved.line), hasher) == commit.root
    else { throw SampleFinding(.lineUnproved, name, "it is not under the root that the commit signs") }
    do {
      let line = try Line(decoding: proved.line)
      guard isNew else { return line }
      guard proved.proof.index >= UInt64(commit.count - commit.added) else {
        throw SampleFinding(.lineUnproved, name, "an earlier commit than the one beside it added it")
      }
      try checked.permit.check(line)
      return line
    } catch let error as FormatError {
      throw SampleFinding(.malformed, name, error.reason)
    } catch let error as TrustError {
      throw SampleFinding(.commitInvalid, name, error.reason)
    }
  }

  // MARK: - The population and its records

  private func population(_ brought: Checked) throws -> (PopulationReference, Entry) {
    let name = "population/entry.json"
    guard case .entry(let entry) = try line(content.entry, in: brought, name),
      let population = entry.population
    else { throw SampleFinding(.lineUnproved, name, "it is no population's entry") }
    let reference = PopulationReference(
      path: entry.path, revision: entry.revision, leaf: Int(content.entry.proof.index),
      hash: MerkleHash(hasher.leaf(content.entry.line)), count: population.count, root: population.root)
    return (reference, entry)
  }

  private func records(_ population: PopulationReference) throws {
    guard !content.records.isEmpty else {
      throw SampleFinding(.recordUnproved, SampleFiles.proofsName, "there are no records")
    }
    for (record, stated) in zip(content.records, sample.proofs) {
      guard stated.object == ObjectID(of: record.bytes),
        record.verifies(root: population.root, count: population.count, hasher)
      else {
        throw SampleFinding(
          .recordUnproved, "records/\(record.record)", "it is not record \(record.record) of the population")
      }
    }
  }

  private func draw(
    _ drawn: SampleContent.Drawn, _ population: PopulationReference, _ trust: TrustChain
  ) throws -> Drawn {
    let name = "draw/draw.json"
    let made = try commit(drawn.commit, .reviews(content.period), "draw/commit.json", trust)
    guard case .draw(let draw) = try line(drawn.draw, in: made, name) else {
      throw SampleFinding(.lineUnproved, name, "it is no draw")
    }
    guard draw.population == population else {
      throw SampleFinding(.drawMismatch, name, "it is a draw from another population")
    }
    guard draw.records(workers: workers) == content.records.map(\.record) else {
      throw SampleFinding(.drawMismatch, name, "its seed draws other records")
    }
    try extended(drawn, draw, made)
    return Drawn(
      draw: draw, leaf: Int(drawn.draw.proof.index), commit: drawn.commit.id, author: made.permit.authorName,
      time: made.commit.time)
  }

  private func extended(_ drawn: SampleContent.Drawn, _ draw: SampleDraw, _ made: Checked) throws {
    let name = "draw/extended.json"
    guard let extended = drawn.extended else {
      guard draw.extends == nil else { throw SampleFinding(.drawMismatch, name, "it is missing") }
      return
    }
    guard case .draw(let earlier) = try line(extended, in: made, name, isNew: false),
      draw.extends == Int(extended.proof.index), draw.extends(earlier)
    else { throw SampleFinding(.drawMismatch, name, "it is not the draw that this one extends") }
  }

  // MARK: - What goes with it

  private func workpaper(_ entry: Entry) throws {
    let wanted = try Workpaper(records: content.records, idField: entry.population?.idField)
    guard wanted.rows.count == sample.workpaper.rows.count,
      zip(wanted.rows, sample.workpaper.rows).allSatisfy({ $0.names($1) })
    else {
      throw SampleFinding(
        .workpaperMismatch, Workpaper.name, "its rows are not the records of the sample, in order")
    }
  }

  /// What only repeats the rest must repeat it exactly.
  private func derived() throws {
    let files: SampleFiles
    do {
      files = try SampleFiles(content, workpaper: sample.workpaper)
    } catch let error as SigningError {
      throw SampleFinding(.malformed, SampleSigners.fileName, error.reason)
    } catch let error as FormatError {
      throw SampleFinding(.malformed, SampleManifest.name, error.reason)
    }
    // Another version of this program may have written these two otherwise; nothing rests on them.
    let free: Set<String> = ["README", VerifyProgram.name, Workpaper.name]
    var left = Set(sample.bytes.keys).subtracting(free)
    for (name, bytes) in files.files where !free.contains(name) {
      guard sample.bytes[name] == bytes else {
        throw SampleFinding(.fileMismatch, name, "it does not say what the rest of the folder says")
      }
      left.remove(name)
    }
    if let other = left.min() {
      throw SampleFinding(.fileMismatch, other, "\(SampleManifest.name) lists it, and no sample has it")
    }
    guard files.signatures == sample.manifest.signatures else {
      throw SampleFinding(.malformed, SampleManifest.name, "it names other signatures than there are")
    }
  }

  private func received(_ trust: TrustChain, _ commit: Commit, _ check: ReceiptCheck) throws -> Timestamp? {
    guard let receipt = content.receipt else { return nil }
    let signatures = content.commit.documents(Commit.signatureNamespace).map { ObjectID(of: $0.encoded()) }
    return try check(receipt, trust, commit, signatures)
  }
}
