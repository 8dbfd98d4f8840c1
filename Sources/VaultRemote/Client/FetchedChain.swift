import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

/// Checks commits as they come, each against the one before: form, place, parent, lines, count and root, signatures, and
/// that the author may write to the period. What the lines say is fsck's to judge. A key that was revoked before the
/// remote received a commit is forgiven where a later one repudiates it: that is how what a thief signed is disowned.
struct FetchedChain {
  private let vault: OpenVault
  private let received: [Int: Timestamp]
  private let hasher = MerkleHasher()
  private(set) var sequence: Int
  private(set) var tip: ObjectID?
  private(set) var frontier: CompactRange
  private(set) var root: MerkleHash?
  /// Commits whose author's key did not count any more, with the reason, until they are repudiated.
  private var doubts: [Int: (id: ObjectID, reason: String)] = [:]

  /// Goes on after what `index` has. `received` are the times at which a remote received commits, where they are known.
  init(_ vault: OpenVault, _ index: RefIndex, received: [Int: Timestamp]) throws {
    self.vault = vault
    self.received = received
    sequence = index.sequence
    tip = index.tip
    frontier = index.frontier
  }

  /// Checks the commits of a batch, whose packs are what they are named.
  mutating func check(_ staged: StagedFetch, _ ref: RefName) throws {
    let places = staged.places
    for (number, line) in staged.lines.enumerated() {
      do {
        try check(line, try staged.reader(number, places), ref)
      } catch let error as FormatError {
        throw wrong(ref, error.reason)
      } catch let error as TrustError {
        throw Refusal(.trust, "commit \(sequence + 1) of \(ref): \(error.reason)")
      } catch let error as StoreError {
        guard error.code == .damaged || error.code == .notFound else { throw error }
        throw wrong(ref, error.reason)
      }
    }
  }

  private mutating func check(_ line: CarriedLine, _ reader: ObjectReader, _ ref: RefName) throws {
    let bytes = try reader.read(line.document, limit: Limits.documentBytes)
    let commit = try Commit(decoding: bytes)
    guard commit.vault == vault.folder.id, commit.ref == ref, commit.sequence == sequence + 1,
      line.sequence == commit.sequence
    else { throw wrong(ref, "it belongs elsewhere") }
    guard commit.parent == tip else {
      throw Refusal(
        .conflict, "commit \(commit.sequence) of \(ref) does not follow this vault's commit \(sequence)",
        hint: "what was committed here was not accepted there: commit it again, in a clone or with --remote")
    }
    let permit = try checkSigners(line, bytes, commit, reader)
    let blob = try reader.read(commit.lines, limit: Limits.linesBlobBytes)
    guard blob.last == 0x0A else { throw wrong(ref, "its lines do not end") }
    var grown = frontier
    for line in blob.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
      let line = Array(line)
      grown.append(hasher.leaf(line), hasher)
      if !doubts.isEmpty, let permit { try settle(line, permit) }
    }
    let newRoot = grown.root(hasher)
    guard grown.end == UInt64(commit.count), grown.end - frontier.end == UInt64(commit.added),
      newRoot == commit.root
    else { throw wrong(ref, "its count or root is not that of its lines") }
    frontier = grown
    root = newRoot
    sequence = commit.sequence
    tip = line.document
  }

  /// What the commit's signers may do; nil where the author's key did not count any more, which is noted.
  private mutating func checkSigners(
    _ line: CarriedLine, _ bytes: [UInt8], _ commit: Commit, _ reader: ObjectReader
  ) throws -> Permit? {
    let signatures = try line.signatures.map {
      try SignatureDocument(decoding: try reader.read($0, limit: SignatureDocument.limit))
    }
    let keys = try TrustChain.signers(
      signatures, over: bytes, id: line.document, namespace: Commit.signatureNamespace)
    do throws(TrustError) {
      return try vault.trust.permit(
        trust: commit.trust, period: commit.ref.period, signers: keys, author: commit.signer,
        at: received[commit.sequence] ?? commit.time)
    } catch {
      guard error.code == .keyNotValid else { throw error }
      doubts[commit.sequence] = (line.document, error.reason)
      return nil
    }
  }

  /// Ends the doubt of a commit that this line repudiates, where its author may.
  private mutating func settle(_ line: [UInt8], _ permit: Permit) throws {
    guard case .repudiate(let repudiation)? = try? Line(decoding: line),
      doubts[repudiation.sequence]?.id == repudiation.commit
    else { return }
    try permit.check(.repudiate(repudiation))
    doubts[repudiation.sequence] = nil
  }

  /// Refuses a ref whose last commit has come where a commit is left whose author's key did not count and that none
  /// repudiates.
  func checkDoubts(_ ref: RefName) throws {
    guard let first = doubts.min(by: { $0.key < $1.key }) else { return }
    throw Refusal(
      .trust, "commit \(first.key) of \(ref): \(first.value.reason), and no commit repudiates it",
      hint: "an approver repudiates it: vault repudiate \(ref.period) --commit \(first.value.id.hex)")
  }

  private func wrong(_ ref: RefName, _ why: String) -> Refusal {
    Refusal(.malformed, "commit \(sequence + 1) of \(ref), as the remote sends it: \(why)")
  }
}
