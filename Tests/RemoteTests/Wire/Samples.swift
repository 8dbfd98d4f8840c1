import VaultCore
import VaultRemote

/// One message of each kind, with every optional member there and not there.
enum Samples {
  static let id = ObjectID(of: [1])
  static let root = MerkleHash(Digest.of([2]))
  static let ref = RefName.period("soc2-2026")
  static let hashes = [Digest.of([3]), Digest.of([4])]
  static let time = Timestamp(canonical: "2026-03-01T06:00:00.123Z")!
  static let tip = Tip(ref: ref, sequence: 2, commit: id, count: 5, root: root)
  static let checkpoint = "acme.example/log\n4\nqqq=\nreceived 2026-03-01T06:00:00.123Z\n\n— acme AAAA\n"
  static let line = CarriedLine(
    sequence: 2, document: id, signatures: [ObjectID(of: [5]), ObjectID(of: [6])],
    packs: [.init(ObjectID(of: [7]), length: 975), .init(ObjectID(of: [8]), length: 1 << 40)])
  static let nextLine = CarriedLine(sequence: 3, document: id, signatures: [], packs: [])
  static let path = try! EvidencePath("access/\"okta\".json")

  static let questions: [Question] = [
    .hello(Hello(path: "acme.vault", vault: nil, client: "vault 0.1")),
    .hello(Hello(path: "clients/acme", vault: id, client: "vault 0.1")),
    .refs(RefsQuestion()),
    .lines(LinesQuestion(ref: .ref(ref), after: 0)), .lines(LinesQuestion(ref: .trust, after: 7)),
    .packs(PacksQuestion(ref: .ref(.reviews("soc2-2026")), after: 2, through: 7, offset: 12)),
    .leaves(LeavesQuestion(from: 3, limit: 1000)),
    .proof(ProofQuestion(leaf: 3, size: 2)), .proof(ProofQuestion(leaf: nil, size: 0)),
    .frontier(FrontierQuestion(ref: ref)),
    .paths(PathsQuestion(ref: ref, paths: [path])), .paths(PathsQuestion(ref: ref, paths: [])),
    .push(Push(ref: .ref(ref), line: line)), .push(Push(ref: .trust, line: nextLine)),
    .run(Run(ref: ref, lines: [line, nextLine])), .bye(Bye()),
  ]

  static let answers: [Answer] = [
    .welcome(
      Welcome(
        vault: id, identity: "github-collector", allow: [.push, .fetch], log: "acme.example/log",
        logKey: "acme.example/log+0123abcd+AQID", checkpoint: checkpoint, now: time, bytesPerPush: 1 << 40,
        packBytes: 1 << 30)),
    .refs(RefsAnswer(refs: [tip], trust: TrustTip(number: 1, document: id))),
    .refs(RefsAnswer(refs: [], trust: TrustTip(number: 2, document: id))),
    .lines(LinesAnswer(lines: [line, nextLine], more: true)), .lines(LinesAnswer(lines: [], more: false)),
    .data(DataAnswer(length: 975)),
    .leaves(LeavesAnswer(leaves: ["{\"type\":\"accepted\"}", "x"])),
    .proof(ProofAnswer(inclusion: hashes, consistency: [], checkpoint: checkpoint)),
    .proof(ProofAnswer(inclusion: nil, consistency: hashes, checkpoint: checkpoint)),
    .frontier(
      FrontierAnswer(
        commit: Array("{}".utf8), signatures: [[0, 255], [1]], range: hashes, opening: "{\"a\":1}",
        openingProof: hashes, receipt: "{}")),
    .paths(
      PathsAnswer(paths: [
        .free, .conflict(path),
        .held(line: "{\"path\":\"a\"}", leaf: 4, sequence: 2, proof: hashes, repudiated: nil),
      ])),
    .want(Want(packs: [.init(id, offset: 12)])), .want(Want(packs: [])),
    .receipt(
      Receipt(
        index: 3, leaf: Array("{\"type\":\"accepted\"}".utf8), proof: hashes.map { MerkleHash($0) },
        checkpoint: Array(checkpoint.utf8))),
    .refused(Refusal(.conflict, "sequence 2 is taken", hint: "fetch first", tip: tip)),
    .refused(Refusal(.busy, "another push\nholds the ref")),
  ]

  static var messages: [any Message] { questions.map(\.message) + answers.map(\.message) }
}
