/// The members of one object while a document is decoded: each is taken once, and `finish()` refuses what
/// nobody took, so that an unknown member is an error and never ignored.
public struct Members {
  private var left: [CanonicalValue.Member]
  private let what: String

  /// Takes apart `value`, which must be an object; `what` names it in errors.
  public init(_ value: CanonicalValue, _ what: String) throws(FormatError) {
    guard case .object(let members) = value else { throw FormatError(.badMember, "\(what) is not an object") }
    left = members
    self.what = what
  }

  /// The member, or nil where there is none.
  public mutating func optional(_ name: String) -> CanonicalValue? {
    guard let index = left.firstIndex(where: { $0.name == name }) else { return nil }
    return left.remove(at: index).value
  }

  /// Says that a member is not as it must be.
  public func bad(_ name: String, _ why: String) -> FormatError {
    FormatError(.badMember, "\(what): member \"\(name)\" \(why)")
  }

  /// Refuses members that nobody took.
  public func finish() throws(FormatError) {
    if let first = left.first { throw bad(first.name, "is unknown") }
  }

  private mutating func required(_ name: String) throws(FormatError) -> CanonicalValue {
    guard let value = optional(name) else { throw bad(name, "is missing") }
    return value
  }

  /// A text of 1 to `limit` UTF-8 bytes: what has nothing to say is left out.
  public mutating func optionalText(
    _ name: String, limit: Int = Limits.textBytes, mayBeEmpty: Bool = false
  ) throws(FormatError) -> String? {
    guard let value = optional(name) else { return nil }
    guard case .string(let text) = value else { throw bad(name, "is not a string") }
    guard mayBeEmpty || !text.isEmpty else { throw bad(name, "is empty") }
    guard text.utf8.count <= limit else {
      throw FormatError(.overLimit, "\(what): member \"\(name)\" is too long")
    }
    return text
  }

  /// A text of 1 to `limit` UTF-8 bytes.
  public mutating func text(
    _ name: String, limit: Int = Limits.textBytes, mayBeEmpty: Bool = false
  ) throws(FormatError) -> String {
    guard let text = try optionalText(name, limit: limit, mayBeEmpty: mayBeEmpty) else {
      throw bad(name, "is missing")
    }
    return text
  }

  /// A whole number from `range`.
  public mutating func optionalInteger(_ name: String, _ range: ClosedRange<Int>) throws(FormatError) -> Int?
  {
    guard let value = optional(name) else { return nil }
    guard case .integer(let number) = value, range.contains(number) else {
      throw bad(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A whole number from `range`.
  public mutating func integer(
    _ name: String, _ range: ClosedRange<Int> = 0...CanonicalValue.maxInteger
  ) throws(FormatError) -> Int {
    guard let number = try optionalInteger(name, range) else { throw bad(name, "is missing") }
    return number
  }

  /// A flag, which is left out where it is false.
  public mutating func optionalTrue(_ name: String) throws(FormatError) -> Bool {
    guard let value = optional(name) else { return false }
    guard case .bool(true) = value else { throw bad(name, "is not true") }
    return true
  }

  /// The elements of an array of at most `limit`; an absent member is an empty array where `orEmpty`.
  public mutating func array(_ name: String, limit: Int, orEmpty: Bool = false) throws(FormatError)
    -> [CanonicalValue]
  {
    guard let value = optional(name) else {
      if orEmpty { return [] }
      throw bad(name, "is missing")
    }
    guard case .array(let items) = value else { throw bad(name, "is not an array") }
    guard items.count <= limit else {
      throw FormatError(.overLimit, "\(what): \"\(name)\" has too many elements")
    }
    if orEmpty && items.isEmpty { throw bad(name, "is empty; it is left out instead") }
    return items
  }

  /// An array of distinct texts, none of them empty.
  public mutating func texts(_ name: String, limit: Int, orEmpty: Bool = false) throws(FormatError)
    -> [String]
  {
    var out: [String] = []
    var seen: Set<[UInt8]> = []
    for item in try array(name, limit: limit, orEmpty: orEmpty) {
      guard case .string(let text) = item, !text.isEmpty, text.utf8.count <= Limits.textBytes else {
        throw bad(name, "has an element that is not a short string")
      }
      guard seen.insert(Array(text.utf8)).inserted else { throw bad(name, "has an element twice") }
      out.append(text)
    }
    return out
  }

  /// The members of a nested object.
  public mutating func optionalMembers(_ name: String) throws(FormatError) -> Members? {
    guard let value = optional(name) else { return nil }
    return try Members(value, "\(what).\(name)")
  }

  /// The members of a nested object.
  public mutating func members(_ name: String) throws(FormatError) -> Members {
    guard let inner = try optionalMembers(name) else { throw bad(name, "is missing") }
    return inner
  }

  /// An object id in the document spelling.
  public mutating func optionalObjectID(_ name: String) throws(FormatError) -> ObjectID? {
    guard let text = try optionalText(name) else { return nil }
    guard let id = ObjectID(text) else { throw bad(name, "is not an object id") }
    return id
  }

  /// An object id in the document spelling.
  public mutating func objectID(_ name: String) throws(FormatError) -> ObjectID {
    guard let id = try optionalObjectID(name) else { throw bad(name, "is missing") }
    return id
  }

  /// Object ids in the document spelling.
  public mutating func objectIDs(_ name: String, limit: Int) throws(FormatError) -> [ObjectID] {
    var out: [ObjectID] = []
    for text in try texts(name, limit: limit) {
      guard let id = ObjectID(text) else { throw bad(name, "has an element that is no object id") }
      out.append(id)
    }
    return out
  }

  /// A Merkle hash in the document spelling.
  public mutating func merkleHash(_ name: String) throws(FormatError) -> MerkleHash {
    guard let hash = MerkleHash(try text(name)) else { throw bad(name, "is not a Merkle hash") }
    return hash
  }

  /// Merkle hashes in the document spelling.
  public mutating func merkleHashes(
    _ name: String, limit: Int, orEmpty: Bool = false
  ) throws(FormatError) -> [MerkleHash] {
    var out: [MerkleHash] = []
    for item in try array(name, limit: limit, orEmpty: orEmpty) {
      guard case .string(let text) = item, let hash = MerkleHash(text) else {
        throw bad(name, "has an element that is no Merkle hash")
      }
      out.append(hash)
    }
    return out
  }

  /// A time in the one form of the format.
  public mutating func optionalTime(_ name: String) throws(FormatError) -> Timestamp? {
    guard let text = try optionalText(name) else { return nil }
    guard let time = Timestamp(canonical: text) else {
      throw bad(name, "is not a time like 2026-03-01T06:00:00.123Z")
    }
    return time
  }

  /// A time in the one form of the format.
  public mutating func time(_ name: String) throws(FormatError) -> Timestamp {
    guard let time = try optionalTime(name) else { throw bad(name, "is missing") }
    return time
  }

  /// Takes `type`, which must be `type`.
  public mutating func type(_ type: String) throws(FormatError) {
    let found = try text("type")
    guard found == type else {
      throw FormatError(.wrongType, "\(what) has type \"\(found)\", not \"\(type)\"")
    }
  }
}
