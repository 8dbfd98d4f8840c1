import VaultRemote

/// How what goes wrong with a remote is told, and with which exit code (docs/protocol.md, §7).
extension CommandError {
  /// Nil for an error of another kind.
  init?(remote error: any Error) {
    switch error {
    case let error as Refusal: self.init(Self.code(error.code), error.reason, hint: error.hint)
    case let error as ChannelError:
      self.init(.environment, "the connection to the remote ended: \(error.reason)", hint: Self.retry)
    case let error as TransportError:
      self.init(error.code == .badAddress ? .usage : .environment, error.reason, hint: error.hint)
    case let error as LogError: self.init(Self.code(error.code), error.reason, hint: Self.hint(error.code))
    default: return nil
    }
  }

  private static let retry = "what arrived is kept; run the same command again"

  private static func code(_ code: Refusal.Code) -> ExitCode {
    switch code {
    case .protocol, .busy, .failed: .environment
    case .notFound, .otherVault, .notAllowed, .limit, .malformed, .conflict, .trust, .scope, .closed: .refused
    }
  }

  private static func code(_ code: LogError.Code) -> ExitCode {
    switch code {
    case .noSuchLeaf: .usage
    default: .findings
    }
  }

  private static func hint(_ code: LogError.Code) -> String? {
    switch code {
    case .rolledBack, .forked, .rewritten, .receivedWentBack:
      "nothing was changed here; keep 'receipts', which shows what the remote had signed, and ask its operator"
    case .hidden:
      """
      ask its operator, who knows what this key may see; where a server died while it accepted a push, 'vault fsck' there \
      says so, and the next push ends that
      """
    default: nil
    }
  }
}
