import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultFsck
import VaultRemote
import VaultSigning

@testable import VaultStore

/// Reviews that no honest program would push: each is refused and leaves no trace, and a vault that holds one is unsound.
struct ForgedReviewTests {
  private let remote = PushScene.remote()
  private static let seed = [UInt8](repeating: 1, count: 16)

  private func lines(_ lines: [[UInt8]], by key: SSHPrivateKey = PushKeys.auditor) -> Forgery {
    Forgery(ref: .reviews(PushScene.period), lines: lines, key: key)
  }

  private func refuse(
    _ forgery: Forgery, _ code: Refusal.Code = .scope, _ reason: String = "review-mismatch",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try remote.expectRefused(
      try forgery.push(to: remote), code, reason, sourceLocation: sourceLocation)
  }

  private func draw(_ size: Int = 5, extends: Int? = nil, seed: [UInt8] = seed) throws -> SampleDraw {
    SampleDraw(population: try remote.population(), seed: seed, size: size, extends: extends)
  }

  /// The reference with other members.
  private func changed(
    path: String? = nil, revision: Int? = nil, leaf: Int? = nil, hash: MerkleHash? = nil, count: Int? = nil,
    root: MerkleHash? = nil
  ) throws -> PopulationReference {
    let good = try remote.population()
    return PopulationReference(
      path: try path.map { try EvidencePath($0) } ?? good.path, revision: revision ?? good.revision,
      leaf: leaf ?? good.leaf, hash: hash ?? good.hash, count: count ?? good.count, root: root ?? good.root)
  }

  @Test func `a draw from something else than the population that it names`() throws {
    let other = MerkleHash(Digest.of([9]))
    let good = try remote.population()
    for reference in [
      try changed(hash: other), try changed(root: other), try changed(count: good.count + 1),
      try changed(revision: 2), try changed(path: "CC8/other.ndjson"), try changed(leaf: good.leaf - 1),
      try changed(leaf: good.leaf + 1), try changed(leaf: 0), try changed(leaf: 1 << 40),
    ] {
      try refuse(lines([SampleDraw(population: reference, seed: Self.seed, size: 5).encoded()]))
      let reconciliation = Reconciliation(
        left: good, right: reference, on: [.init(left: "/n", right: "/n")], compare: [], matched: 0,
        onlyLeft: 0,
        onlyRight: 0, differing: 0, report: ObjectID(of: [7]))
      var both = lines([reconciliation.encoded()])
      both.evidence = [try Forgery.pack([[7]])]
      try refuse(both)
    }
  }

  @Test func `a result for a record that is not in the draw`() throws {
    let draw = try draw()
    let drawn = Set(SampleLottery.records(of: draw))
    let other = try #require((0..<40).first { !drawn.contains(UInt64($0)) })
    func result(_ leaf: Int, _ record: Int) -> [UInt8] {
      SampleResult(draw: leaf, record: record, outcome: .pass).encoded()
    }
    let first = try #require(drawn.first)
    // With the draw in one push, and once it stands.
    try refuse(lines([draw.encoded(), result(0, other)]))
    try refuse(lines([result(1, Int(first)), draw.encoded()]))
    try remote.take(try lines([draw.encoded()]).push(to: remote))
    try refuse(lines([result(0, other)]))
    try refuse(lines([result(0, 1 << 40)]))
    try refuse(lines([result(1, Int(first))]))
    try remote.take(try lines([result(0, Int(first))]).push(to: remote))
    try refuse(lines([result(1, Int(first))]))
    try remote.expectSound()
  }

  @Test func `a draw that extends another than it may`() throws {
    try remote.take(try lines([try draw().encoded()]).push(to: remote))
    try refuse(lines([try draw(6, extends: 1).encoded()]))
    try refuse(lines([try draw(5, extends: 0).encoded()]))
    try refuse(lines([try draw(4, extends: 0).encoded()]))
    try refuse(lines([try draw(6, extends: 0, seed: Self.seed + [0]).encoded()]))
    try remote.take(try lines([try draw(6, extends: 0).encoded()]).push(to: remote))
    try remote.expectSound()
  }

  @Test func `lines that stand elsewhere, or by somebody who may not`() throws {
    try refuse(lines([try draw().encoded()], by: PushKeys.collector), .trust, "may not draw samples")
    try refuse(lines([try draw().encoded()], by: PushKeys.manager), .trust, "may not draw samples")
    var entry = try Forgery.add("CC7/notes.txt", PushScene.text("read\n"))
    entry.ref = .reviews(PushScene.period)
    try refuse(entry, .scope, "line-misplaced")
    var draw = lines([try draw().encoded()])
    draw.ref = PushScene.ref
    try refuse(draw, .scope, "line-misplaced")
  }

  @Test func `a reconciliation without its report`() throws {
    let reference = try remote.population()
    let reconciliation = Reconciliation(
      left: reference, right: reference, on: [.init(left: "/n", right: "/n")], compare: [], matched: 0,
      onlyLeft: 0, onlyRight: 0, differing: 0, report: ObjectID(of: [1]))
    try refuse(lines([reconciliation.encoded()]), .malformed, "object-missing")
  }

  @Test func `a vault that holds what a remote refuses is unsound`() throws {
    let reference = try changed(hash: MerkleHash(Digest.of([9])))
    let forged = SampleDraw(population: reference, seed: Self.seed, size: 5)
    let insider = ReviewCommit(
      vault: try remote.vault, period: PushScene.period, signers: [PushKeys.auditor], message: "",
      time: PushScene.now)
    _ = try insider.run([.draw(forged), .result(SampleResult(draw: 0, record: 1, outcome: .pass))])
    let outcome = try Fsck.run(remote.disk, root: PushScene.root, Fsck.Options(workers: 1))
    #expect(outcome.findings.map(\.name) == [.reviewMismatch])
    #expect(outcome.findings.map(\.subject) == ["reviews/\(PushScene.period)#0"])
  }
}
