import VaultCore
import VaultSigning

/// What was found of the keys that might sign, to be shown.
struct KeyReport {
  var candidates: [KeyCandidate]
  /// Why none would sign; nil where one does.
  var whyNot: String?
  let agentProblem: String?
  let trust: KeyTrust?

  private var signing: [KeyCandidate] { candidates.filter(\.signs) }
}

extension KeyReport {
  var json: CanonicalValue {
    .make([
      ("agentProblem", agentProblem.map { .string($0) }),
      ("keys", .array(candidates.map(json))),
      ("signer", signing.first?.key.map { .string($0.fingerprint) }),
      ("trustDocument", trust.map { .integer($0.number) }), ("whyNone", whyNot.map { .string($0) }),
    ])
  }

  private func json(_ candidate: KeyCandidate) -> CanonicalValue {
    func text(_ text: String?) -> CanonicalValue? { text.map { .string($0) } }
    return .make([
      ("origin", .string(candidate.origin.rawValue)), ("file", text(candidate.file)),
      ("comment", text(candidate.comment)), ("type", text(candidate.type)),
      ("fingerprint", text(candidate.key?.fingerprint)), ("through", text(candidate.through)),
      ("needsPassphrase", .bool(candidate.needsPassphrase)), ("usable", .bool(candidate.isUsable)),
      ("problem", text(candidate.problem)), ("warning", text(candidate.warning)),
      ("signs", .bool(candidate.signs)),
      ("trust", candidate.key.flatMap { key in trust.map { Self.json(key, $0) } }),
    ])
  }

  private static func json(_ key: SSHPublicKey, _ trust: KeyTrust) -> CanonicalValue {
    func members(_ value: CanonicalValue, without name: String) -> CanonicalValue {
      guard case .object(let members) = value else { return value }
      return .object(members.filter { $0.name != name })
    }
    return .make([
      ("root", .bool(trust.isRoot(key))),
      ("signers", .array(trust.signers(key).map { members($0.value, without: "key") })),
      ("revocations", .array(trust.revocations(key).map { members($0.value, without: "key") })),
      ("refusal", trust.refusal(key).map { .string($0) }),
    ])
  }

  func print(_ out: Output) {
    for candidate in candidates { print(candidate, out) }
    if let agentProblem { out.line("the agent of SSH_AUTH_SOCK: \(printable(agentProblem))") }
    if let whyNot { return out.line("none would sign: \(printable(whyNot))") }
    guard let signer = signing.first else { return }
    let others = signing.count - 1
    let also = others == 0 ? "" : ", and \(others) co-sign\(others == 1 ? "s" : "")"
    out.line("would sign: \(printable(signer.name))  \(signer.key?.fingerprint ?? "")\(also)")
    if let refusal = signer.key.flatMap({ trust?.refusal($0) }) {
      out.line("the vault would refuse it: \(printable(refusal))")
    }
  }

  private func print(_ candidate: KeyCandidate, _ out: Output) {
    out.line(
      "\(candidate.signs ? "*" : " ") \(candidate.origin.rawValue)  \(printable(candidate.name))")
    if let type = candidate.type {
      out.line("    \(printable(type))  \(candidate.key?.fingerprint ?? "")")
    }
    if let problem = candidate.problem {
      out.line("    not usable: \(printable(problem))")
    } else {
      out.line(
        "    usable, through \(candidate.through ?? "")\(candidate.needsPassphrase ? ", with its passphrase" : "")"
      )
    }
    if let warning = candidate.warning { out.line("    warning: \(warning)") }
    if let key = candidate.key, let trust { print(key, trust, out) }
  }

  private func print(_ key: SSHPublicKey, _ trust: KeyTrust, _ out: Output) {
    let signers = trust.signers(key)
    if trust.isRoot(key) { out.line("    root key") }
    for signer in signers {
      out.line("    \(signer.name) may \(signer.roles.map(\.rawValue).joined(separator: ", "))")
      TrustList.printScope(signer, indent: "      ", out)
    }
    if signers.isEmpty, !trust.isRoot(key) { out.line("    not in trust document \(trust.number)") }
    for revocation in trust.revocations(key) {
      out.line("    revoked from \(revocation.at) on: \(printable(revocation.reason))")
    }
    if let refusal = trust.refusal(key) { out.line("    may not write: \(printable(refusal))") }
  }
}
