import VaultCore
import VaultSigning

/// The agent that the environment names, asked once.
struct Agent {
  /// The keys that it holds.
  let held: [AgentKeys.Held]
  /// Why it cannot be asked; nil where it was, or where the environment names none.
  let problem: CommandError?
  private let isNamed: Bool

  init(_ context: Context) {
    isNamed = Self.isNamed(context)
    do throws(SigningError) {
      held = isNamed ? try AgentKeys.list(SpawningRunner(environment: context.environment)) : []
      problem = nil
    } catch {
      held = []
      problem = CommandError(error)
    }
  }

  /// Whether the environment names an agent.
  static func isNamed(_ context: Context) -> Bool { context.variable("SSH_AUTH_SOCK") != nil }

  func holds(_ key: SSHPublicKey?) -> Bool {
    held.contains { if case .success(key) = $0.key { true } else { false } }
  }

  /// The key that signs where no file is named: the only one that the newest trust document knows and has not
  /// revoked. `trust` is nil outside a vault.
  func chosen(_ trust: KeyTrust?) throws(CommandError) -> SSHPublicKey {
    let none = "no key is named"
    if let problem {
      throw CommandError(problem.code, "\(none), and the agent: \(problem.message)", hint: Self.naming)
    }
    guard isNamed, let trust else { throw CommandError(.usage, none, hint: Self.naming) }
    let keys = held.compactMap { try? $0.key.get() }.filter(trust.counts)
    guard let key = keys.first else {
      throw CommandError(
        .usage,
        "\(none), and the agent holds none that trust document \(trust.number) knows and has not revoked",
        hint: Self.naming)
    }
    guard keys.count == 1 else {
      let names = keys.map(\.fingerprint).joined(separator: ", ")
      throw CommandError(
        .usage,
        "\(none), and the agent holds \(keys.count) that trust document \(trust.number) knows: \(names)",
        hint: "name the public key file of one with --key FILE")
    }
    return key
  }

  private static let naming = "give --key FILE, or set VAULT_KEY, or 'vault config key FILE'"
}
