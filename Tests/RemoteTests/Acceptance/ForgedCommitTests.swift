import Testing
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning

@testable import VaultStore

/// Commits of people who hold a key, or none, and say what they should not.
@Suite struct `A remote refuses` {
  private let remote = PushScene.remote()
  private let new = PushScene.text("new\n")

  private func refuse(
    _ forgery: Forgery, _ code: Refusal.Code, _ reason: String = "", at received: Timestamp = PushScene.now,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try remote.expectRefused(
      try forgery.push(to: remote), code, reason, at: received, sourceLocation: sourceLocation)
  }

  private func adding(_ path: String = "CC7/new.txt", _ edit: (inout Forgery) throws -> Void) throws
    -> Forgery
  {
    var forgery = try Forgery.add(path, new)
    try edit(&forgery)
    return forgery
  }

  // MARK: - Keys and trust

  @Test func `a key that trust does not name`() throws {
    try refuse(adding { $0.key = PushKeys.stranger }, .trust, "signer-unknown")
  }

  @Test func `a revoked key`() throws {
    try refuse(adding { $0.key = PushKeys.revoked }, .trust, "revoked")
  }

  @Test func `a revoked key that claims a time before its revocation`() throws {
    // The parent was made later, too; only the received time can tell where it was not.
    let empty = try adding { forgery in
      forgery.key = PushKeys.revoked
      forgery.time = PushScene.time("02-01")
    }
    try refuse(empty, .trust, "revoked from")
  }

  @Test func `a key out of its validity that claims a time within it`() throws {
    let late = try adding { forgery in
      forgery.key = PushKeys.expired
      forgery.time = PushScene.time("02-01")
    }
    try refuse(late, .trust, "outside its validity")
  }

  @Test func `a key outside of its paths`() throws {
    try refuse(adding { $0.key = PushKeys.narrow }, .trust, "may not write evidence at CC7/new.txt")
  }

  @Test func `a manager who collects, and a collector who opens`() throws {
    try refuse(adding { $0.key = PushKeys.manager }, .trust, "may not write evidence")
    let opening = PeriodOpening(
      period: "iso", framework: "iso", from: PushScene.from, to: PushScene.now)
    let forgery = Forgery(ref: .period("iso"), lines: [opening.encoded()])
    try remote.expectRefused(try forgery.push(to: remote), .trust, "may not open")
  }

  @Test func `a commit without its author's signature`() throws {
    try refuse(adding { $0.signers = [] }, .trust, "signature-missing")
    try refuse(adding("CC7/other.txt") { $0.signers = [PushKeys.manager] }, .trust, "signature-missing")
  }

  @Test func `a signature over another commit`() throws {
    var other: [UInt8] = []
    let first = try adding { forgery in
      forgery.objects = { objects in
        other = objects[1]
        return objects
      }
    }
    _ = try first.push(to: remote)
    let forgery = try adding("CC7/other.txt") { $0.objects = { [$0[0], other, $0[2]] } }
    let push = try forgery.push(to: remote)
    let forged = OfferedLine(
      ref: push.ref, sequence: push.sequence, document: push.document, signatures: [ObjectID(of: other)],
      packs: push.packs)
    try remote.expectRefused(forged, .trust, "signature-")
  }

  @Test func `an older trust document than the tip names`() throws {
    let older = try remote.vault.folder.id
    try refuse(adding { $0.trust = older }, .trust, "trust document")
  }

  @Test func `a key that the newest trust leaves out, under the older document that the tip names`() throws {
    let older = try remote.vault.newestTrust().id
    try remote.changeTrust { $0.signers.removeAll { $0.name == "narrow" } }
    let forgery = try adding("CC6/new.txt") { forgery in
      forgery.trust = older
      forgery.key = PushKeys.narrow
    }
    let push = try forgery.push(to: remote)
    let refusal = #expect(throws: Refusal.self) { try remote.take(push) }
    #expect(refusal?.code == .trust && refusal?.reason.contains("signer-unknown") == true)
    var honest = forgery
    honest.key = PushKeys.collector
    try remote.take(try honest.push(to: remote))
    try remote.expectSound()
  }

  @Test func `a trust document that nobody knows`() throws {
    try refuse(adding { $0.trust = ObjectID(of: [1]) }, .trust, "trust-unknown")
  }

  // MARK: - Time

  @Test func `a commit from before its parent`() throws {
    try refuse(adding { $0.time = PushScene.time("03-01") }, .trust, "before its parent")
  }

  @Test func `a commit from over a day ahead`() throws {
    try refuse(adding { $0.time = PushScene.time("03-04") }, .trust, "was received at")
    let tomorrow = try adding("CC7/tomorrow.txt") { $0.time = PushScene.time("03-03") }
    try remote.take(try tomorrow.push(to: remote))
  }

  // MARK: - History

  @Test func `a rewritten history`() throws {
    let before = try #require(try remote.vault.period(PushScene.period).index.commit(2)).id
    try refuse(adding { $0.change = { $0.with(parent: before) } }, .malformed, "its parent is")
    try refuse(
      adding("x") { $0.change = { $0.with(sequence: $0.sequence - 1, parent: before) } }, .conflict,
      "goes on with 5")
  }

  @Test func `a number that was skipped, or told of another`() throws {
    try refuse(adding { $0.change = { $0.with(sequence: 5) } }, .conflict, "goes on with 4")
    let lied = try adding("CC7/x.txt") { forgery in
      forgery.change = { $0.with(sequence: $0.sequence + 1) }
      forgery.sequence = 5
    }
    try refuse(lied, .malformed, "sequence 6")
  }

  @Test func `a commit of another vault or ref`() throws {
    try refuse(
      adding { $0.change = { $0.with(vault: ObjectID(of: [])) } }, .malformed, "belongs to the vault")
    try refuse(
      adding("x.txt") { $0.change = { $0.with(ref: .period("iso")) } }, .malformed, "belongs to periods/iso")
  }

  @Test func `a commit that is not canonical`() throws {
    try refuse(adding { $0.encode = { $0 + [0x0A] } }, .malformed, "commit-malformed")
  }

  @Test func `lines that were dropped, reordered, or go on without an end`() throws {
    let two = try adding { forgery in
      forgery.lines.append(try Forgery.entry("CC7/second.txt", new).encoded())
    }
    var dropped = two
    dropped.blob = { blob in Array(blob[...blob.firstIndex(of: 0x0A)!]) }
    try refuse(dropped, .malformed)
    var swapped = two
    swapped.blob = { [lines = two.lines] _ in lines.reversed().flatMap { $0 + [0x0A] } }
    try refuse(swapped, .malformed, "root-mismatch")
    var open = two
    open.blob = { $0.dropLast() }
    try refuse(open, .malformed, "line-malformed")
  }

  @Test func `a lied root, count or number of lines`() throws {
    let root = MerkleHash(.zero)
    try refuse(adding { $0.change = { $0.with(root: root) } }, .malformed, "root-mismatch")
    try refuse(adding("x") { $0.change = { $0.with(count: $0.count + 1) } }, .malformed, "commit-count")
    try refuse(
      adding("y") { $0.change = { $0.with(added: 2, count: $0.count + 1) } }, .malformed, "commit-count")
  }

  @Test func `a line that is not canonical, or of an unknown type`() throws {
    try refuse(adding { $0.lines[0].insert(0x20, at: 1) }, .malformed, "line-malformed")
    try refuse(
      adding("x") { $0.lines[0] = PushScene.text("{\"type\":\"later\"}") }, .malformed, "unsupported")
  }

  // MARK: - Periods and paths

  @Test func `evidence from outside the period`() throws {
    let past = Entry.Window(from: Timestamp(milliseconds: 0)!, to: Timestamp(milliseconds: 5)!)
    let forgery = try adding { $0.lines = [try Forgery.entry("CC7/new.txt", new, effective: past).encoded()] }
    try refuse(forgery, .scope, "entry-outside-period")
  }

  @Test(arguments: [
    "CC7/a.txt", "cc7/A.txt", "CC7/a.txt/below.txt", "CC7", "cc7", "CC8/prs.ndjson",
  ]) func `a path that stands, or stands in the way`(_ path: String) throws {
    try refuse(adding(path) { _ in }, .scope, "path-collision")
  }

  @Test func `paths that collide within one push`() throws {
    for other in ["CC7/new.txt", "CC7/NEW.txt", "CC7/new.txt/x"] {
      let forgery = try adding { $0.lines.append(try Forgery.entry(other, new).encoded()) }
      try refuse(forgery, .scope, "path-collision")
    }
  }

  @Test(arguments: ["../out.txt", "CC7/../a", "/etc/passwd", ".vault/x", "a//b"])
  func `a path that leads out`(_ path: String) throws {
    let forgery = try adding { forgery in
      let text = String(decoding: forgery.lines[0], as: UTF8.self)
      forgery.lines[0] = PushScene.text(
        text.split(separator: "CC7/new.txt", omittingEmptySubsequences: false).joined(separator: path))
    }
    try refuse(forgery, .malformed, "line-malformed")
  }

  @Test func `a revision that names no predecessor, an older one, or another hash`() throws {
    let reader = try remote.vault.period(PushScene.period)
    let latest = try #require(reader.index.latest(EvidencePath("CC7/a.txt")))
    let hash = MerkleHash(MerkleHasher().leaf(try reader.lineBytes(latest)))
    func revision(_ leaf: Int, _ hash: MerkleHash, _ number: Int = 2, _ path: String = "CC7/a.txt") throws
      -> Forgery
    {
      try adding { forgery in
        forgery.lines = [
          try Forgery.entry(
            path, new, revision: number, supersedes: .init(leaf: leaf, hash: hash, reason: "r")
          ).encoded()
        ]
      }
    }
    let leaf = Int(latest.leaf)
    try refuse(revision(leaf, MerkleHash(.zero)), .scope, "revision-broken")
    try refuse(revision(leaf + 1, hash), .scope, "revision-broken")
    try refuse(revision(leaf, hash, 3), .scope, "revision-broken")
    try refuse(revision(leaf, hash, 2, "CC7/none.txt"), .scope, "revision-broken")
    try remote.take(try revision(leaf, hash).push(to: remote))
    try refuse(revision(leaf, hash), .scope, "revision-broken")
    try remote.expectSound()
  }

  @Test func `an opening that is misplaced`() throws {
    let opening = PeriodOpening(
      period: PushScene.period, framework: "iso", from: PushScene.from, to: PushScene.now)
    var again = Forgery(lines: [opening.encoded()])
    again.key = PushKeys.manager
    try refuse(again, .scope, "opening-misplaced")
    var wrong = again
    wrong.ref = .period("iso")
    try refuse(wrong, .scope, "opening-misplaced")
    var none = try adding { $0.ref = .period("iso") }
    try refuse(none, .scope, "opening-misplaced")
    none.ref = .reviews(PushScene.period)
    none.lines = again.lines
    none.evidence = []
    try refuse(none, .trust)
  }

  @Test func `a period whose predecessor was opened by another commit`() throws {
    let opening = PeriodOpening(
      period: "iso", framework: "iso", from: PushScene.from, to: PushScene.now,
      predecessor: .init(period: PushScene.period, commit: ObjectID(of: [])))
    var forgery = Forgery(ref: .period("iso"), lines: [opening.encoded()])
    forgery.key = PushKeys.manager
    try refuse(forgery, .scope, "predecessor-mismatch")
  }

  // MARK: - Repudiations

  private func repudiation(_ sequence: Int, of id: ObjectID? = nil) throws -> [UInt8] {
    let index = try remote.vault.period(PushScene.period).index
    let named = id ?? index.commit(sequence)?.id ?? ObjectID(of: [])
    return Repudiation(commit: named, sequence: sequence, reason: "wrong").encoded()
  }

  @Test func `a repudiation by a collector`() throws {
    try refuse(Forgery(lines: [try repudiation(2)]), .trust, "may not repudiate")
  }

  @Test func `a repudiation of what is none of its business`() throws {
    func by(_ lines: [[UInt8]]) -> Forgery {
      Forgery(lines: lines, key: PushKeys.approver)
    }
    try refuse(by([try repudiation(2, of: ObjectID(of: [1]))]), .scope, "repudiation-broken")
    try refuse(by([try repudiation(9)]), .scope, "repudiation-broken")
    try refuse(by([try repudiation(2), try repudiation(2)]), .scope, "repudiation-broken")
    try remote.take(try by([try repudiation(2)]).push(to: remote))
    try refuse(by([try repudiation(2)]), .scope, "is repudiated by commit")
    let last = try remote.vault.period(PushScene.period).index.sequence
    let by8 = try #require(
      try remote.vault.period(PushScene.period).index.repudiated.first
    ).by
    try refuse(by([try repudiation(by8)]), .scope, "is a repudiation itself")
    #expect(last > 4)
  }
}
