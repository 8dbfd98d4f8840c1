import VaultCore

/// What an index head keeps of a period's lines, so that a writer knows what the period takes without reading them.
/// Nothing of it is verified: fsck and a remote hold the lines against their rules.
struct PeriodHead: Hashable, Sendable {
  var progress = PeriodProgress(approvers: PeriodOpening.defaultApprovers)
  /// Lines that are entries.
  var entries: UInt64 = 0
  /// The sequences of the commits with a line of the period itself: `expect`, `waive`, `close` or `seal`.
  var governing: [Int] = []
}

extension PeriodHead {
  func append(to out: inout [UInt8]) {
    out.appendVarint(entries)
    out.appendVarint(UInt64(governing.count))
    var last = 0
    for sequence in governing {
      out.appendVarint(UInt64(sequence - last))
      last = sequence
    }
    out.appendVarint(UInt64(progress.approvers))
    out.appendVarint(UInt64(PeriodProgress.State.allCases.firstIndex(of: progress.state) ?? 0))
    guard let run = progress.run else { return out.appendVarint(0) }
    out.appendVarint(run.base == nil ? 1 : 2)
    out.append(digest: run.document.digest)
    if let base = run.base {
      out.append(digest: base.commit.digest)
      out.appendVarint(UInt64(base.count))
      out.append(digest: base.root.digest)
    }
    out.appendVarint(UInt64(run.signers.count))
    for signer in run.signers {
      out.appendVarint(UInt64(signer.utf8.count))
      out.append(contentsOf: signer.utf8)
    }
  }

  init(_ reader: inout ByteReader) throws(FormatError) {
    let most = CanonicalValue.maxInteger
    entries = try reader.varint()
    var last = 0
    for _ in 0..<(try reader.varint(max: most, "commits")) {
      last += try reader.varint(max: most - last, "a sequence")
      governing.append(last)
    }
    let approvers = try reader.varint(max: 64, "approvers")
    let state = PeriodProgress.State.allCases[try reader.varint(max: 2, "a state")]
    progress = PeriodProgress(approvers: approvers, state: state, run: try Self.run(&reader))
  }

  private static func run(_ reader: inout ByteReader) throws(FormatError) -> PeriodProgress.SealRun? {
    let form = try reader.varint(max: 2, "a run of seals")
    guard form > 0 else { return nil }
    let document = ObjectID(try reader.digest())
    var base: PeriodProgress.Point?
    if form == 2 {
      let commit = ObjectID(try reader.digest())
      let count = try reader.varint(max: CanonicalValue.maxInteger, "lines")
      base = PeriodProgress.Point(commit: commit, count: count, root: MerkleHash(try reader.digest()))
    }
    var signers: [String] = []
    for _ in 0..<(try reader.varint(max: 64, "signers")) {
      let bytes = try reader.take(try reader.varint(max: 128, "a signer"))
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw FormatError(.malformed, "no index head")
      }
      signers.append(text)
    }
    return PeriodProgress.SealRun(document: document, base: base, signers: signers)
  }
}

extension [UInt8] {
  fileprivate mutating func append(digest: Digest) { digest.withUnsafeBytes { append(contentsOf: $0) } }
}

extension RefIndex {
  /// How far the period has come, by its lines; nothing of it is verified.
  public var progress: PeriodProgress { periodHead.progress }
  /// How many of the ref's lines are entries.
  public var entries: UInt64 { periodHead.entries }
  /// The sequences of the commits that have an `expect`, `waive`, `close` or `seal` line, ascending.
  public var governing: [Int] { periodHead.governing }

  private var periodHead: PeriodHead { head?.period ?? PeriodHead() }

  /// The ref as it is, for a commit to go on from; nil before its first.
  public var point: PeriodProgress.Point? {
    tip.map { PeriodProgress.Point(commit: $0, count: Int(count), root: frontier.root(MerkleHasher())) }
  }
}
