import VaultFiles
import VaultSigning

/// Finds the keys that might sign.
struct KeyInspection {
  private let context: Context
  private let program: String?
  private let agent: Agent
  /// The keys that are named, in the order in which they are taken, then those that the agent holds.
  private(set) var candidates: [KeyCandidate] = []

  init(_ options: SigningOptions, _ context: Context, _ configuration: () throws -> Configuration) {
    self.context = context
    program = options.program(context)
    agent = Agent(context)
    for origin in SigningOptions.Origin.allCases {
      do {
        candidates += try options.files(origin, context, configuration).map { file(origin, $0) }
      } catch {
        candidates.append(KeyCandidate(origin: origin, problem: CommandError(error).message))
      }
    }
    candidates += agent.held.map(held)
  }

  /// What was found, and which of the keys sign: those of the first origin that names any, the first of them as
  /// author, else the agent's that the trust knows. None where one of them cannot.
  func report(_ trust: KeyTrust?) -> KeyReport {
    var report = KeyReport(candidates: candidates, agentProblem: agent.problem?.message, trust: trust)
    do throws(CommandError) {
      for index in try signing(trust) { report.candidates[index].signs = true }
    } catch {
      report.whyNot = error.message + (error.hint.map { "; " + $0 } ?? "")
    }
    return report
  }

  private func signing(_ trust: KeyTrust?) throws(CommandError) -> Range<Int> {
    let taken = candidates.prefix { $0.origin != .agent && $0.origin == candidates.first?.origin }
    if taken.isEmpty {
      if program != nil { throw SigningOptions.programWithoutKey }
      let key = try agent.chosen(trust)
      guard let index = candidates.firstIndex(where: { $0.origin == .agent && $0.key == key }) else {
        return 0..<0
      }
      return index..<index + 1
    }
    if program != nil, taken.count > 1 { throw SigningOptions.programWithKeys }
    if let flawed = taken.first(where: { !$0.isUsable }) {
      throw CommandError(.usage, [flawed.file, flawed.problem].compactMap { $0 }.joined(separator: ": "))
    }
    return taken.indices
  }

  private func held(_ held: AgentKeys.Held) -> KeyCandidate {
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

  /// A public key signs through the agent, or through ssh-keygen with the private file beside it.
  private func inspectPublic(_ place: String, _ found: inout KeyCandidate) throws {
    found.through = "agent"
    if agent.holds(found.key) { return }
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
      found.through = agent.holds(found.key) ? "agent" : "ssh-keygen"
      if agent.holds(found.key) { found.needsPassphrase = false } else { askPassphrase(&found) }
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
