import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

/// Checks commits as they come, each against the one before: form, place, parent, lines, count and root, signatures, and
/// that the author may write to the period. What the lines say is fsck's to judge.
struct FetchedChain {
  private let vault: OpenVault
  private let received: [Int: Timestamp]
  private let hasher = MerkleHasher()
  private(set) var sequence: Int
  private(set) var tip: ObjectID?
  private(set) var frontier: CompactRange
  private(set) var root: MerkleHash?

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
    try checkSigners(line, bytes, commit, reader)
    let blob = try reader.read(commit.lines, limit: Limits.linesBlobBytes)
    guard blob.last == 0x0A else { throw wrong(ref, "its lines do not end") }
    var grown = frontier
    for line in blob.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
      grown.append(hasher.leaf(Array(line)), hasher)
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

  private func checkSigners(
    _ line: CarriedLine, _ bytes: [UInt8], _ commit: Commit, _ reader: ObjectReader
  ) throws {
    let signatures = try line.signatures.map {
      try SignatureDocument(decoding: try reader.read($0, limit: SignatureDocument.limit))
    }
    let keys = try TrustChain.signers(
      signatures, over: bytes, id: line.document, namespace: Commit.signatureNamespace)
    _ = try vault.trust.permit(
      trust: commit.trust, period: commit.ref.period, signers: keys, author: commit.signer,
      at: received[commit.sequence] ?? commit.time)
  }

  private func wrong(_ ref: RefName, _ why: String) -> Refusal {
    Refusal(.malformed, "commit \(sequence + 1) of \(ref), as the remote sends it: \(why)")
  }
}
