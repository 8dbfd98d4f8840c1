import VaultFiles
import VaultSigning

/// Finds the keys that might sign.
struct KeyInspection {
  private let context: Context
  private let program: String?
  private let named: [(origin: SigningOptions.Origin, path: String)]
  private let held: [AgentKeys.Held]
  /// Why the agent that the environment names cannot be asked.
  private(set) var agentProblem: String?

  init(_ options: SigningOptions, _ context: Context) {
    self.context = context
    program = options.program(context)
    named = options.named(context)
    guard let socket = context.environment["SSH_AUTH_SOCK"], !socket.isEmpty else {
      held = []
      return
    }
    do throws(SigningError) {
      held = try AgentKeys.list(SpawningRunner(environment: context.environment))
    } catch {
      held = []
      agentProblem = error.reason
    }
  }

  /// The keys that are named, in the order in which they are taken, then those that the agent holds.
  func candidates() -> [KeyCandidate] { named.map { file($0.origin, $0.path) } + held.map(agent) }

  /// Which of the candidates sign: those of the first origin that names any, the first of them as author. None
  /// where one of them cannot.
  func signing(_ candidates: [KeyCandidate]) -> [KeyCandidate] {
    whyNot(candidates) == nil ? Array(taken(candidates)) : []
  }

  /// Why none would sign; nil where one does.
  func whyNot(_ candidates: [KeyCandidate]) -> String? {
    let taken = taken(candidates)
    if taken.isEmpty {
      let ofAgent = held.isEmpty ? "" : "; for one in the agent, its public key file"
      return "no key is named: give --key FILE, or set VAULT_KEY\(ofAgent)"
    }
    if program != nil, taken.count > 1 { return "a signer program signs for one --key" }
    return taken.first { !$0.isUsable }.map { "\($0.file ?? ""): \($0.problem ?? "")" }
  }

  private func taken(_ candidates: [KeyCandidate]) -> ArraySlice<KeyCandidate> {
    candidates.prefix { $0.origin == named.first?.origin }
  }

  private func agent(_ held: AgentKeys.Held) -> KeyCandidate {
    var found = KeyCandidate(origin: .agent, comment: held.comment, type: held.type, through: "agent")
    switch held.key {
    case .success(let key): found.key = key
    case .failure(let error): found.problem = error.reason
    }
    return found
  }

  private func file(_ origin: SigningOptions.Origin, _ path: String) -> KeyCandidate {
    var found = KeyCandidate(origin: origin, file: path)
    do {
      let place = context.absolute(path)
      let bytes = try Keys.read(place, path, context)
      if program != nil {
        try takePublic(Keys.publicKey(bytes, path), &found)
        found.through = "program"
        if found.key?.algorithm.isSecurityKey == true {
          found.problem = "a security key signs through ssh-keygen only"
        }
      } else if Keys.isPublic(bytes) {
        try takePublic(Keys.publicKey(bytes, path), &found)
        try inspectPublic(place, &found)
      } else {
        try inspectPrivate(bytes, place, path, &found)
      }
    } catch {
      let message = CommandError(error).message
      found.problem = message.hasPrefix(path + ": ") ? String(message.dropFirst(path.count + 2)) : message
    }
    return found
  }

  private func takePublic(_ key: SSHPublicKey, _ found: inout KeyCandidate) {
    found.key = key
    found.type = key.algorithm.rawValue
  }

  private func holds(_ key: SSHPublicKey?) -> Bool {
    held.contains { if case .success(key) = $0.key { true } else { false } }
  }

  /// A public key signs through the agent, or through ssh-keygen with the private file beside it.
  private func inspectPublic(_ place: String, _ found: inout KeyCandidate) throws {
    found.through = "agent"
    if holds(found.key) { return }
    let beside = place.hasSuffix(".pub") ? String(place.dropLast(4)) : nil
    guard let beside, try context.files.exists(beside) else {
      found.problem = "a public key, and its private half is not in the agent"
      return
    }
    found.through = "ssh-keygen"
    let bytes = try Keys.read(beside, beside, context)
    do throws(SigningError) {
      let isOther = try SSHPrivateKey(file: bytes).publicKey != found.key
      if isOther { found.problem = "the private file beside it is of another key" }
    } catch {
      if error.code == .needsPassphrase { askPassphrase(&found) } else { found.problem = error.reason }
    }
    try checkProtected(beside, &found)
  }

  private func inspectPrivate(
    _ bytes: [UInt8], _ place: String, _ path: String, _ found: inout KeyCandidate
  ) throws {
    do throws(SigningError) {
      takePublic(try SSHPrivateKey(file: bytes).publicKey, &found)
      found.through = "vault"
    } catch {
      guard error.code == .needsPassphrase else {
        found.problem = error.reason
        return
      }
      found.needsPassphrase = true
    }
    if found.needsPassphrase {
      takePublic(
        try Keys.publicKey(try Keys.read(place + ".pub", path + ".pub", context), path + ".pub"), &found)
      found.through = holds(found.key) ? "agent" : "ssh-keygen"
      if holds(found.key) { found.needsPassphrase = false } else { askPassphrase(&found) }
    }
    try checkProtected(place, &found)
  }

  private func askPassphrase(_ found: inout KeyCandidate) {
    found.needsPassphrase = true
    if !Keys.allowsPrompts(context) {
      found.problem = "it needs its passphrase, and there is no terminal to ask on; add it to an agent"
    }
  }

  /// ssh-keygen refuses a private file that others may read; the vault itself does not.
  private func checkProtected(_ place: String, _ found: inout KeyCandidate) throws {
    let mode = try context.files.status(path: place, followLinks: true).mode
    guard mode & 0o077 != 0 else { return }
    let text = "others may use the private file: its mode is \(String(mode & 0o777, radix: 8)), not 600"
    if found.through == "ssh-keygen" { found.problem = found.problem ?? text } else { found.warning = text }
  }
}
