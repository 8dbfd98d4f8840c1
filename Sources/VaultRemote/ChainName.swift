import VaultCore

/// What is transferred line by line: a ref, or the vault's trust.
public enum ChainName: Hashable, Sendable, CustomStringConvertible {
  case trust
  case ref(RefName)

  /// `trust`, or the name of a ref.
  public init?(_ text: String) {
    if text == "trust" {
      self = .trust
    } else if let ref = RefName(text) {
      self = .ref(ref)
    } else {
      return nil
    }
  }

  /// `trust`, or the name of the ref.
  public var description: String {
    switch self {
    case .trust: "trust"
    case .ref(let name): name.description
    }
  }

  /// The period whose ref it is; nil for trust.
  public var period: String? {
    switch self {
    case .trust: nil
    case .ref(let name): name.period
    }
  }
}
