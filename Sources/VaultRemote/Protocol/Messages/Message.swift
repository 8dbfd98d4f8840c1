import VaultCore
import VaultSigning

/// A message of docs/protocol.md, §3: canonical JSON with a `type`, read exactly as documents are.
public protocol Message: VaultDocument, Hashable {}

extension Members {
  /// The elements of a list that may be empty; `read` gives nil for one that is not as it must be.
  mutating func list<Element>(
    _ name: String, limit: Int, of what: String, _ read: (CanonicalValue) -> Element?
  ) throws(FormatError) -> [Element] {
    var out: [Element] = []
    for item in try array(name, limit: limit) {
      guard let element = read(item) else { throw bad(name, "has an element that is not \(what)") }
      out.append(element)
    }
    return out
  }

  /// A list of Merkle hashes, without their tags.
  mutating func digests(_ name: String) throws(FormatError) -> [Digest] {
    try list(name, limit: WireLimits.hashes, of: "a Merkle hash") { item in
      guard case .string(let text) = item else { return nil }
      return MerkleHash(text)?.digest
    }
  }

  /// A list of Merkle hashes, or nil where there is none.
  mutating func optionalDigests(_ name: String) throws(FormatError) -> [Digest]? {
    guard let value = try optional(name) else { return nil }
    var only = try Members(.make([(name, value)]), "message")
    return try only.digests(name)
  }

  /// A list of texts of 1 to `bytes` bytes.
  mutating func texts(_ name: String, limit: Int, bytes: Int) throws(FormatError) -> [String] {
    try list(name, limit: limit, of: "a text of 1 to \(bytes) bytes") { item in
      guard case .string(let text) = item, (1...bytes).contains(text.utf8.count) else { return nil }
      return text
    }
  }

  /// The bytes that a text spells in base64.
  mutating func base64(_ name: String) throws(FormatError) -> [UInt8] {
    guard let bytes = Base64.decode(try text(name, limit: WireLimits.answerBytes)) else {
      throw bad(name, "is not base64")
    }
    return bytes
  }

  /// The name of a ref.
  mutating func refName(_ name: String) throws(FormatError) -> RefName {
    guard let ref = RefName(try text(name)) else { throw bad(name, "is no ref name") }
    return ref
  }

  /// The name of a ref, or `trust`.
  mutating func chain(_ name: String) throws(FormatError) -> ChainName {
    guard let chain = ChainName(try text(name)) else {
      throw bad(name, "is neither a ref name nor \"trust\"")
    }
    return chain
  }
}

extension CanonicalValue {
  static func digests(_ digests: [Digest]) -> CanonicalValue {
    .array(digests.map { .merkle(MerkleHash($0)) })
  }

  static func list(_ texts: [String]) -> CanonicalValue { .array(texts.map { .string($0) }) }

  static func base64(_ bytes: [UInt8]) -> CanonicalValue { .string(Base64.encode(bytes)) }

  /// The member `type` of an object.
  var messageType: String? {
    guard case .object(let members) = self,
      case .string(let type)? = members.first(where: { $0.name == "type" })?.value
    else { return nil }
    return type
  }
}
