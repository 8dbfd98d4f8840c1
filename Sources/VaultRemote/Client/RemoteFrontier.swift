import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

/// The end of a period at a remote, as a commit without a local vault builds on it (docs/protocol.md, §3.7): nothing of
/// it is believed before it was verified.
struct RemoteFrontier {
  let id: ObjectID
  let commit: Commit
  let range: CompactRange
  let opening: PeriodOpening
  /// The remote's receipt for the commit.
  let receipt: VerifiedReceipt

  /// Asks for a period's frontier and verifies it: the commit's signatures and author by `trust`, its receipt by the
  /// log's key, the range and the opening by its root.
  init(
    _ channel: Channel, _ ref: RefName, vault: ObjectID, _ trust: TrustChain, log key: NoteVerifier
  ) throws {
    let answer = try channel.ask(FrontierQuestion(ref: ref), for: FrontierAnswer.self)
    do {
      commit = try Commit(decoding: answer.commit)
      id = ObjectID(of: answer.commit)
      guard commit.vault == vault, commit.ref == ref else {
        throw Self.wrong("its newest commit is another's")
      }
      let signatures = try answer.signatures.map { try SignatureDocument(decoding: $0) }
      let keys = try TrustChain.signers(
        signatures, over: answer.commit, id: id, namespace: Commit.signatureNamespace)
      let hasher = MerkleHasher()
      guard let range = CompactRange(begin: 0, end: UInt64(commit.count), hashes: answer.range),
        range.root(hasher) == commit.root
      else { throw Self.wrong("the frontier does not fold to the root of its newest commit") }
      self.range = range
      let proof = InclusionProof(index: 0, treeSize: UInt64(commit.count), path: answer.openingProof)
      guard proof.root(leaf: hasher.leaf(Array(answer.opening.utf8)), hasher) == commit.root,
        case .open(let opening) = try Line(decoding: Array(answer.opening.utf8))
      else { throw Self.wrong("its first line is not the period's opening") }
      self.opening = opening
      receipt = try Receipt(decoding: Array(answer.receipt.utf8), limit: WireLimits.receiptBytes).verify(
        by: [key], vault: vault,
        accepting: .commit(id, ref: ref, sequence: commit.sequence, count: commit.count, root: commit.root),
        signatures: signatures.map { ObjectID(of: $0.encoded()) })
      // As the remote had to judge it. A key that was revoked later stops nobody: what it signed is repudiated behind it.
      _ = try trust.permit(
        trust: commit.trust, period: ref.period, signers: keys, author: commit.signer,
        at: receipt.leaf.received,
        knowing: receipt.leaf.trust)
    } catch let error as FormatError {
      throw Self.wrong(error.reason)
    } catch let error as TrustError {
      throw Self.wrong(error.reason)
    }
  }

  private static func wrong(_ what: String) -> Refusal {
    Refusal(.malformed, "the remote's answer does not hold: \(what)")
  }

  /// What stands at paths, each entry proved to be in the commit's tree. What is free, or blocked, is the remote's
  /// word, and it looks again when the commit comes.
  func holdings(_ channel: Channel, _ paths: [EvidencePath]) throws -> [PathHolding] {
    var out: [PathHolding] = []
    while out.count < paths.count {
      let next = Array(paths[out.count...].prefix(WireLimits.paths))
      let states = try channel.ask(PathsQuestion(ref: commit.ref, paths: next), for: PathsAnswer.self).paths
      guard (1...next.count).contains(states.count) else {
        throw Refusal(.protocol, "the remote answers for \(states.count) paths of \(next.count)")
      }
      for (path, state) in zip(next, states) { out.append(try holding(path, state)) }
    }
    return out
  }

  private func holding(_ path: EvidencePath, _ state: PathState) throws -> PathHolding {
    switch state {
    case .free: return .free
    case .conflict(let other): return .blocked(by: other.text)
    case .held(let text, let leaf, let sequence, let hashes, let repudiated):
      let line = Array(text.utf8)
      let hasher = MerkleHasher()
      let hash = hasher.leaf(line)
      let proof = InclusionProof(index: UInt64(leaf), treeSize: UInt64(commit.count), path: hashes)
      guard proof.root(leaf: hash, hasher) == commit.root,
        case .entry(let entry)? = try? Line(decoding: line),
        entry.path == path
      else { throw Self.wrong("\(path) has an entry that is not in the period's tree") }
      return .held(
        PathHolding.Held(
          entry: entry, leaf: leaf, hash: MerkleHash(hash), sequence: sequence, repudiation: repudiated))
    }
  }
}
