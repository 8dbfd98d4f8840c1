extension Trust {
  /// The features that this code knows; a document that requires another is refused.
  public static let knownFeatures: Set<String> = []

  public init(members m: inout Members) throws(FormatError) {
    // The version first: what a newer format changes elsewhere must not look like damage.
    format = try m.integer("format", 1...CanonicalValue.maxInteger)
    guard format <= Limits.formatVersion else {
      throw FormatError(
        .unsupported, "the vault has format \(format); this program knows \(Limits.formatVersion)")
    }
    features = try m.texts("features", limit: 64, orEmpty: true)
    if let unknown = features.first(where: { !Self.knownFeatures.contains($0) }) {
      throw FormatError(
        .unsupported, "the vault requires the feature \"\(unknown)\", which this program lacks")
    }
    logs = try Self.decodeLogs(&m)
    nonce = try m.optionalText("nonce", limit: 64)
    number = try m.integer("number", 1...CanonicalValue.maxInteger)
    previous = try m.optionalObjectID("previous")
    revocations = try Self.decodeRevocations(&m)
    var roots = try m.members("roots")
    rootKeys = try roots.texts("keys", limit: 64)
    threshold = try roots.integer("threshold", 1...64)
    try roots.finish()
    signers = try Self.decodeSigners(&m)
    time = try m.time("time")
    vault = try m.optionalObjectID("vault")
    let first = number == 1
    guard first == (nonce != nil), first == (previous == nil), first == (vault == nil) else {
      throw m.bad("number", "does not fit \"nonce\", \"previous\" and \"vault\"")
    }
    if let nonce, nonce.utf8.count != 64 || Hex.decode(nonce.utf8) == nil {
      throw m.bad("nonce", "is not 64 hex digits")
    }
    guard Set(rootKeys).count == rootKeys.count, threshold <= rootKeys.count else {
      throw m.bad("roots", "has a key twice or a threshold above its keys")
    }
  }

  private static func decodeRevocations(_ m: inout Members) throws(FormatError) -> [Revocation] {
    var out: [Revocation] = []
    for item in try m.array("revocations", limit: 4096, orEmpty: true) {
      var r = try Members(item, "trust.revocations")
      out.append(
        Revocation(key: try r.text("key", limit: 128), at: try r.time("at"), reason: try r.text("reason")))
      try r.finish()
      guard let last = out.last, isFingerprint(last.key) else { throw r.bad("key", "is no key fingerprint") }
    }
    return out
  }

  /// Bytes of a log's verifier key: an origin of 255, eight digits, the base64 of 33 bytes and two `+`.
  static let logKeyBytes = 309

  private static func decodeLogs(_ m: inout Members) throws(FormatError) -> [Log] {
    var out: [Log] = []
    var names: Set<String> = []
    var keys: Set<[UInt8]> = []
    for item in try m.array("logs", limit: Limits.logsPerTrust, orEmpty: true) {
      var l = try Members(item, "trust.logs")
      let log = Log(name: try l.text("name", limit: 64), key: try l.text("key", limit: logKeyBytes))
      guard isSignerName(log.name) else { throw l.bad("name", "is no name of a log") }
      try l.finish()
      // Keys as bytes: Swift takes strings of another normal form for equal.
      guard names.insert(log.name).inserted, keys.insert(Array(log.key.utf8)).inserted else {
        throw m.bad("logs", "has a name or a key twice, at \"\(log.name)\"")
      }
      out.append(log)
    }
    return out
  }

  /// Whether `text` is a fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters of base64.
  static func isFingerprint(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 50 && text.hasPrefix("SHA256:")
      && bytes[7...].allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80 || $0 == 0x2B
          || $0 == 0x2F
      }
  }

  private static func decodeSigners(_ m: inout Members) throws(FormatError) -> [Signer] {
    var out: [Signer] = []
    var names: Set<String> = []
    for item in try m.array("signers", limit: Limits.signersPerTrust, orEmpty: true) {
      let signer = try decodeSigner(item)
      guard names.insert(signer.name).inserted else {
        throw m.bad("signers", "has the name \"\(signer.name)\" twice")
      }
      out.append(signer)
    }
    return out
  }

  private static func decodeSigner(_ value: CanonicalValue) throws(FormatError) -> Signer {
    var s = try Members(value, "trust.signers")
    let name = try s.text("name", limit: 64)
    guard isSignerName(name) else { throw s.bad("name", "is no signer name") }
    var roles: [Role] = []
    for text in try s.texts("roles", limit: 16) {
      guard let role = Role(rawValue: text), !roles.contains(role) else {
        throw s.bad("roles", "has \"\(text)\"")
      }
      roles.append(role)
    }
    let signer = Signer(
      name: name, key: try s.text("key", limit: 8192), roles: roles, periods: try globs(&s, "periods"),
      paths: try globs(&s, "paths"), validFrom: try s.optionalTime("validFrom"),
      validUntil: try s.optionalTime("validUntil"))
    try s.finish()
    return signer
  }

  private static func globs(_ m: inout Members, _ name: String) throws(FormatError) -> [Glob] {
    var out: [Glob] = []
    for text in try m.texts(name, limit: 256, orEmpty: true) { out.append(try Glob(text)) }
    return out
  }

  /// Whether `name` is `[A-Za-z0-9][A-Za-z0-9._@-]{0,63}`.
  public static func isSignerName(_ name: String) -> Bool {
    guard (1...64).contains(name.utf8.count), let first = name.utf8.first else { return false }
    func alphanumeric(_ b: UInt8) -> Bool {
      (0x30...0x39).contains(b) || (0x41...0x5A).contains(b & 0xDF) && b < 0x80
    }
    return alphanumeric(first) && name.utf8.allSatisfy { alphanumeric($0) || ".-_@".utf8.contains($0) }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let roots: CanonicalValue = .make([
      ("keys", .array(rootKeys.map { .string($0) })), ("threshold", .integer(threshold)),
    ])
    return [
      ("features", .texts(features)), ("format", .integer(format)),
      ("logs", logs.isEmpty ? nil : .array(logs.map(\.value))), ("nonce", nonce.map { .string($0) }),
      ("number", .integer(number)), ("previous", previous.map { .id($0) }),
      ("revocations", revocations.isEmpty ? nil : .array(revocations.map(\.value))), ("roots", roots),
      ("signers", signers.isEmpty ? nil : .array(signers.map(\.value))), ("time", .time(time)),
      ("vault", vault.map { .id($0) }),
    ]
  }
}

extension Trust.Revocation {
  /// The revocation as it stands in a document.
  package var value: CanonicalValue {
    .make([("at", .time(at)), ("key", .string(key)), ("reason", .string(reason))])
  }
}

extension Trust.Log {
  /// The log as it stands in a document.
  package var value: CanonicalValue { .make([("key", .string(key)), ("name", .string(name))]) }
}

extension Trust.Signer {
  package var value: CanonicalValue {
    .make([
      ("key", .string(key)), ("name", .string(name)), ("paths", .texts(paths.map(\.text))),
      ("periods", .texts(periods.map(\.text))), ("roles", .array(roles.map { .string($0.rawValue) })),
      ("validFrom", validFrom.map { .time($0) }), ("validUntil", validUntil.map { .time($0) }),
    ])
  }
}
