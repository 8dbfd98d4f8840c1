import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

/// Checks commits as they come, each against the one before: form, place, parent, lines, count and root, signatures, and
/// that the author may write to the period. What the lines say is fsck's to judge.
///
/// A key that did not count when the remote received a commit is forgiven where a later commit repudiates that. One that
/// counted by all that the remote had to go by, and was revoked from an earlier time on since, is what the remote is not to
/// blame for: its commits come, and are told of until an approver who has them repudiates them.
struct FetchedChain {
  private let vault: OpenVault
  private let leaves: FetchedLeaves
  private let hasher = MerkleHasher()
  private(set) var sequence: Int
  private(set) var tip: ObjectID?
  private(set) var frontier: CompactRange
  private(set) var root: MerkleHash?
  /// Commits whose author's key did not count any more, with the reason, until they are repudiated.
  private var doubts: [Int: Doubt] = [:]

  private struct Doubt {
    let id: ObjectID
    let reason: String
    /// Whether the key counted by what the remote knew when it received the commit.
    let counted: Bool
  }

  /// Goes on after what `index` has. `leaves` say when the remote received commits.
  init(_ vault: OpenVault, _ index: RefIndex, _ leaves: FetchedLeaves) throws {
    self.vault = vault
    self.leaves = leaves
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
    func permit(at time: Timestamp, knowing last: ObjectID? = nil) throws(TrustError) -> Permit {
      try vault.trust.permit(
        trust: commit.trust, period: commit.ref.period, signers: keys, author: commit.signer, at: time,
        knowing: last)
    }
    do throws(TrustError) {
      return try permit(at: leaves.new[commit.sequence]?.received ?? commit.time)
    } catch {
      guard error.code == .keyNotValid else { throw error }
      guard let leaf = try leaves.leaf(commit.sequence), leaf.document == line.document else {
        doubts[commit.sequence] = Doubt(id: line.document, reason: error.reason, counted: false)
        return nil
      }
      if let allowed = try? permit(at: leaf.received) { return allowed }
      let counted = (try? permit(at: leaf.received, knowing: leaf.trust)) != nil
      doubts[commit.sequence] = Doubt(id: line.document, reason: error.reason, counted: counted)
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
  /// repudiates; gives those whose author's key was revoked later.
  func checkDoubts(_ ref: RefName) throws -> [Fetch.Disowned] {
    guard let first = doubts.filter({ !$0.value.counted }).min(by: { $0.key < $1.key }) else {
      return doubts.sorted { $0.key < $1.key }.map {
        Fetch.Disowned(sequence: $0.key, commit: $0.value.id, reason: $0.value.reason)
      }
    }
    throw Refusal(
      .trust, "commit \(first.key) of \(ref): \(first.value.reason), and no commit repudiates it",
      hint: "an approver repudiates it: vault repudiate \(ref.period) --commit \(first.value.id.hex)")
  }

  private func wrong(_ ref: RefName, _ why: String) -> Refusal {
    Refusal(.malformed, "commit \(sequence + 1) of \(ref), as the remote sends it: \(why)")
  }
}

/// The leaves of a ref's commits that a fetch needs: those that are new at hand, older ones looked up together once.
final class FetchedLeaves {
  /// By sequence.
  let new: [Int: LogLeaf]
  private let ref: RefName
  private let log: FollowedLog
  private var all: [Int: LogLeaf]?

  init(_ ref: RefName, new: [PlacedLeaf], _ log: FollowedLog) {
    self.ref = ref
    self.log = log
    self.new = Dictionary(
      new.filter { $0.leaf.subject == .ref(ref) }.map { ($0.leaf.number, $0.leaf) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The leaf that accepted a commit, by the trust document that the log had accepted last; nil without one.
  func leaf(_ sequence: Int) throws -> LogLeaf? {
    if all == nil {
      var found: [Int: LogLeaf] = [:]
      var trust: ObjectID?
      try log.scanLeaves { placed in
        switch placed.leaf.accepted {
        case .trust(let id, _): trust = id
        case .commit(_, let name, let number, _, _):
          if name == ref, placed.leaf.trust == trust { found[number] = placed.leaf }
        }
        return true
      }
      all = found
    }
    return all?[sequence]
  }
}
