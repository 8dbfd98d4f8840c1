import VaultCore

/// What a server answers (docs/protocol.md, §3).
public enum Answer: Hashable, Sendable {
  case welcome(Welcome)
  case refs(RefsAnswer)
  case lines(LinesAnswer)
  case data(DataAnswer)
  case leaves(LeavesAnswer)
  case proof(ProofAnswer)
  case frontier(FrontierAnswer)
  case paths(PathsAnswer)
  case want(Want)
  case receipt(Receipt)
  case refused(Refusal)

  /// Decodes a parsed message by its type.
  public init(value: CanonicalValue) throws(FormatError) {
    switch value.messageType {
    case Welcome.documentType: self = .welcome(try Welcome(value: value))
    case RefsAnswer.documentType: self = .refs(try RefsAnswer(value: value))
    case LinesAnswer.documentType: self = .lines(try LinesAnswer(value: value))
    case DataAnswer.documentType: self = .data(try DataAnswer(value: value))
    case LeavesAnswer.documentType: self = .leaves(try LeavesAnswer(value: value))
    case ProofAnswer.documentType: self = .proof(try ProofAnswer(value: value))
    case FrontierAnswer.documentType: self = .frontier(try FrontierAnswer(value: value))
    case PathsAnswer.documentType: self = .paths(try PathsAnswer(value: value))
    case Want.documentType: self = .want(try Want(value: value))
    case Receipt.documentType: self = .receipt(try Receipt(value: value))
    case Refusal.documentType: self = .refused(try Refusal(value: value))
    default: throw FormatError(.wrongType, "a message that is no answer")
    }
  }

  /// The message itself.
  public var message: any Message {
    switch self {
    case .welcome(let message): message
    case .refs(let message): message
    case .lines(let message): message
    case .data(let message): message
    case .leaves(let message): message
    case .proof(let message): message
    case .frontier(let message): message
    case .paths(let message): message
    case .want(let message): message
    case .receipt(let message): message
    case .refused(let message): message
    }
  }

  /// The message's type.
  public var type: String { Swift.type(of: message).documentType }
}
