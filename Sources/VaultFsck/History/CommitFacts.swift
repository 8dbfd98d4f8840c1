import VaultCore
import VaultSigning
import VaultStore

/// A commit that was read and checked on its own, before its place in the ref is.
struct CommitFacts: Sendable {
  let commit: Commit
  /// What its author may do, at each time that counts; none where the signatures do not show who that is.
  let permits: [Permit]
  /// The place in the table of the blob of added lines; nil where it cannot be relied on.
  let lines: Int?
  /// Its lines, where there are few enough to be read at once.
  let facts: LineFacts?
  let signatures: Int
  /// What speaks against its author.
  let objections: Objections
}

/// Reads commits; belongs to one thread.
final class CommitReader {
  /// Blobs of lines up to so many bytes are read along with their commit.
  static let small: UInt64 = 1 << 20

  private let table: RefTable
  private let rules: LineRules
  private let trust: TrustChain
  private let context: CheckContext
  private let lookup: ObjectLookup
  private let lines: LineReader
  /// The ref's place among its area's.
  private let place: UInt8
  /// The places in the object table of what the commit needs.
  private(set) var used: [Int] = []
  private var objections = Objections()

  init(_ place: UInt8, _ rules: LineRules, _ trust: TrustChain, _ set: PackSet, _ context: CheckContext) {
    self.place = place
    table = set.tables[Int(place)]
    self.rules = rules
    self.trust = trust
    self.context = context
    lookup = ObjectLookup(set, context)
    lines = LineReader(rules, lookup, context)
  }

  /// Reads the commit that a ref line names; nil where it cannot be read.
  func read(_ index: Int) throws -> CommitFacts? {
    used = []
    objections = Objections()
    lookup.scope = RefScope(ref: place, line: Int32(clamping: index))
    let entry = table.entries[index]
    let subject = table.subject(entry)
    do {
      let (commit, bytes) = try lookup.document(Commit.self, entry.document, name: .commitMalformed, &used)
      checkPlace(commit, index, subject)
      let keys = try verify(entry, bytes, subject)
      let permits = permits(commit, keys, subject)
      let blob = try linesBlob(commit, subject)
      let facts = try blob.flatMap { try readLines($0, commit, permits, subject) }
      return CommitFacts(
        commit: commit, permits: permits, lines: blob, facts: facts, signatures: keys.count,
        objections: objections)
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, subject, flaw.reason)
      return nil
    }
  }

  private func checkPlace(_ commit: Commit, _ index: Int, _ subject: String) {
    let entry = table.entries[index]
    if commit.vault != context.vault.id {
      context.log.add(.commitMisplaced, subject, "the commit belongs to the vault \(commit.vault.hex)")
    }
    if commit.ref != rules.ref {
      context.log.add(.commitMisplaced, subject, "the commit belongs to \(commit.ref)")
    }
    if commit.sequence != entry.sequence {
      context.log.add(.commitMisplaced, subject, "the commit has sequence \(commit.sequence)")
    }
    let before = index > 0 ? table.entries[index - 1] : nil
    // Where lines are missing before it, its parent cannot be known.
    guard (before?.sequence ?? 0) == entry.sequence - 1, commit.parent != before?.document else { return }
    context.log.add(
      .commitMisplaced, subject,
      "its parent is \(commit.parent?.hex ?? "none"), not \(before?.document.hex ?? "none")")
  }

  /// The keys of the signatures that verify.
  private func verify(
    _ entry: RefTable.Entry, _ bytes: [UInt8], _ subject: String
  ) throws -> Set<SSHPublicKey> {
    var keys: Set<SSHPublicKey> = []
    for id in table.signatures(entry) {
      do {
        let (signature, _) = try lookup.document(
          SignatureDocument.self, id, limit: SignatureDocument.limit, name: .signatureInvalid, &used)
        keys.insert(
          try TrustChain.verify(
            signature, over: bytes, id: entry.document, namespace: Commit.signatureNamespace))
      } catch let flaw as BlockFlaw {
        context.log.add(flaw.name, subject, "a signature: \(flaw.reason)")
      } catch let error as TrustError {
        context.log.add(.signatureInvalid, subject, error.reason)
      }
    }
    return keys
  }

  /// What the author may do at the commit's own time; and where the time at which it was received is known, then too,
  /// by the document that the commit names and by the newest.
  private func permits(_ commit: Commit, _ keys: Set<SSHPublicKey>, _ subject: String) -> [Permit] {
    var judged = [(commit.trust, commit.time)]
    if let received = context.received, let newest = trust.newest {
      judged += [(commit.trust, received), (newest.id, received)]
    }
    do throws(TrustError) {
      var permits: [Permit] = []
      for (document, time) in judged {
        permits.append(
          try trust.permit(
            trust: document, period: rules.ref.period, signers: keys, author: commit.signer, at: time))
      }
      return permits
    } catch {
      let finding = Finding(Finding.Name(error, inTrust: false), subject, error.reason)
      if Objections.includes(finding.name) { objections.add(finding) } else { context.log.add(finding) }
      return []
    }
  }

  private func linesBlob(_ commit: Commit, _ subject: String) throws -> Int? {
    let index = try foundLines(commit, subject)
    if let index { try context.budget?.lines(Int(lookup.table.record(index).length)) }
    return index
  }

  private func foundLines(_ commit: Commit, _ subject: String) throws -> Int? {
    do throws(BlockFlaw) {
      let index = try lookup.find(commit.lines, own: true)
      used.append(index)
      guard lookup.table.record(index).length <= UInt64(Limits.linesBlobBytes) else {
        throw BlockFlaw(.unsupportedFormat, "the blob of added lines is over \(Limits.linesBlobBytes) bytes")
      }
      return index
    } catch {
      context.log.add(error.name, subject, "its lines: \(error.reason)")
      return nil
    }
  }

  private func readLines(
    _ blob: Int, _ commit: Commit, _ permits: [Permit], _ subject: String
  ) throws -> LineFacts? {
    let record = lookup.table.record(blob)
    guard record.length <= Self.small else { return nil }
    let bytes = try lookup.source.read(record, limit: Int(Self.small))
    if bytes.last != 0x0A { context.log.add(.lineMalformed, subject, "its last line does not end") }
    return try bytes.withBytes {
      try lines.read($0, first: UInt64(commit.count - commit.added), permits: permits)
    }
  }
}
