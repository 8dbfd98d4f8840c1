import VaultCore
import VaultSigning

/// Asks for what a commit without a local vault builds on (docs/protocol.md, §3.7).
public struct FrontierQuestion: Message {
  public static let documentType = "frontier"

  public let ref: RefName

  public init(ref: RefName) { self.ref = ref }

  public init(members m: inout Members) throws(FormatError) { ref = try m.refName("ref") }

  public var documentMembers: [(String, CanonicalValue?)] { [("ref", .string(ref.description))] }
}

/// The answer to `frontier`.
public struct FrontierAnswer: Message {
  public static let documentType = "frontier"

  /// The newest commit's bytes.
  public let commit: [UInt8]
  /// The bytes of the signature documents over it.
  public let signatures: [[UInt8]]
  /// The compact range of all lines of the ref.
  public let range: [Digest]
  /// Leaf 0: the period's opening.
  public let opening: String
  /// Its inclusion in the commit's root.
  public let openingProof: [Digest]
  /// The commit's receipt, as its canonical JSON.
  public let receipt: String

  public init(
    commit: [UInt8], signatures: [[UInt8]], range: [Digest], opening: String, openingProof: [Digest],
    receipt: String
  ) {
    self.receipt = receipt
    self.commit = commit
    self.signatures = signatures
    self.range = range
    self.opening = opening
    self.openingProof = openingProof
  }

  public init(members m: inout Members) throws(FormatError) {
    commit = try m.base64("commit")
    opening = try m.text("opening", limit: Limits.lineBytes)
    openingProof = try m.digests("openingProof")
    range = try m.digests("range")
    receipt = try m.text("receipt", limit: WireLimits.receiptBytes)
    signatures = try m.list("signatures", limit: Limits.signaturesPerRefLine, of: "base64") { item in
      guard case .string(let text) = item, !text.isEmpty else { return nil }
      return Base64.decode(text)
    }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("commit", .base64(commit)), ("opening", .string(opening)), ("openingProof", .digests(openingProof)),
      ("range", .digests(range)), ("receipt", .string(receipt)),
      ("signatures", .array(signatures.map { .base64($0) })),
    ]
  }
}

/// Asks what stands at paths (docs/protocol.md, §3.8).
public struct PathsQuestion: Message {
  public static let documentType = "paths"

  public let ref: RefName
  public let paths: [EvidencePath]

  public init(ref: RefName, paths: [EvidencePath]) {
    self.ref = ref
    self.paths = paths
  }

  public init(members m: inout Members) throws(FormatError) {
    var paths: [EvidencePath] = []
    for text in try m.texts("paths", limit: WireLimits.paths, bytes: Limits.pathBytes) {
      paths.append(try EvidencePath(text))
    }
    self.paths = paths
    ref = try m.refName("ref")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("paths", .list(paths.map(\.text))), ("ref", .string(ref.description))]
  }
}

/// What stands at a path.
public enum PathState: Hashable, Sendable {
  /// Nothing, and nothing in its way.
  case free
  /// The newest entry; `proof` is its inclusion in the tip's root, as leaf `leaf`. `repudiated` says why it does not
  /// count, by the server's word.
  case held(line: String, leaf: Int, sequence: Int, proof: [Digest], repudiated: String?)
  /// Another path that it must not stand beside.
  case conflict(EvidencePath)

  init(_ value: CanonicalValue) throws(FormatError) {
    var m = try Members(value, "path")
    if let text = try m.optionalText("conflict", limit: Limits.pathBytes) {
      self = .conflict(try EvidencePath(text))
    } else if let line = try m.optionalText("line", limit: Limits.lineBytes) {
      let leaf = try m.integer("leaf")
      let proof = try m.digests("proof")
      let repudiated = try m.optionalText("repudiated")
      let sequence = try m.integer("sequence", 1...CanonicalValue.maxInteger)
      self = .held(line: line, leaf: leaf, sequence: sequence, proof: proof, repudiated: repudiated)
    } else {
      self = .free
    }
    try m.finish()
  }

  var value: CanonicalValue {
    switch self {
    case .free: .make([])
    case .conflict(let path): .make([("conflict", .string(path.text))])
    case .held(let line, let leaf, let sequence, let proof, let repudiated):
      .make([
        ("leaf", .integer(leaf)), ("line", .string(line)), ("proof", .digests(proof)),
        ("repudiated", repudiated.map { .string($0) }),
        ("sequence", .integer(sequence)),
      ])
    }
  }
}

/// The answer to `paths`: as many of the paths asked for, from the first on, as one answer holds.
public struct PathsAnswer: Message {
  public static let documentType = "paths"

  public let paths: [PathState]

  public init(paths: [PathState]) { self.paths = paths }

  public init(members m: inout Members) throws(FormatError) {
    var paths: [PathState] = []
    for item in try m.array("paths", limit: WireLimits.paths) { paths.append(try PathState(item)) }
    self.paths = paths
  }

  public var documentMembers: [(String, CanonicalValue?)] { [("paths", .array(paths.map(\.value)))] }
}
