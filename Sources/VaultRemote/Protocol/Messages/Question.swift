import VaultCore

/// What a client asks (docs/protocol.md, §3).
public enum Question: Hashable, Sendable {
  case hello(Hello)
  case refs(RefsQuestion)
  case lines(LinesQuestion)
  case packs(PacksQuestion)
  case leaves(LeavesQuestion)
  case proof(ProofQuestion)
  case frontier(FrontierQuestion)
  case paths(PathsQuestion)
  case push(Push)
  case run(Run)
  case bye(Bye)

  /// Decodes a parsed message by its type.
  public init(value: CanonicalValue) throws(FormatError) {
    switch value.messageType {
    case Hello.documentType: self = .hello(try Hello(value: value))
    case RefsQuestion.documentType: self = .refs(try RefsQuestion(value: value))
    case LinesQuestion.documentType: self = .lines(try LinesQuestion(value: value))
    case PacksQuestion.documentType: self = .packs(try PacksQuestion(value: value))
    case LeavesQuestion.documentType: self = .leaves(try LeavesQuestion(value: value))
    case ProofQuestion.documentType: self = .proof(try ProofQuestion(value: value))
    case FrontierQuestion.documentType: self = .frontier(try FrontierQuestion(value: value))
    case PathsQuestion.documentType: self = .paths(try PathsQuestion(value: value))
    case Push.documentType: self = .push(try Push(value: value))
    case Run.documentType: self = .run(try Run(value: value))
    case Bye.documentType: self = .bye(try Bye(value: value))
    default: throw FormatError(.wrongType, "a message that is no question")
    }
  }

  /// The message itself.
  public var message: any Message {
    switch self {
    case .hello(let message): message
    case .refs(let message): message
    case .lines(let message): message
    case .packs(let message): message
    case .leaves(let message): message
    case .proof(let message): message
    case .frontier(let message): message
    case .paths(let message): message
    case .push(let message): message
    case .run(let message): message
    case .bye(let message): message
    }
  }

  /// The message's type.
  public var type: String { Swift.type(of: message).documentType }
}
