/// The members of one object while a document is decoded: each is taken once, and `finish()` refuses what
/// nobody took, so that an unknown member is an error and never ignored.
///
/// They are taken from a value that was parsed, or straight from canonical bytes: these have their members in one
/// order, so one who asks in that order needs no value made for each.
public struct Members {
  private var left: [CanonicalValue.Member]
  private let what: String
  /// What reads the members from bytes; outlives this.
  private let parser: UnsafeMutablePointer<CanonicalParser>?
  /// Where the name of the member that was taken last stands in the bytes.
  private var last: Range<Int>?
  private let depth: Int

  /// Takes apart `value`, which must be an object; `what` names it in errors.
  public init(_ value: CanonicalValue, _ what: String) throws(FormatError) {
    guard case .object(let members) = value else { throw FormatError(.badMember, "\(what) is not an object") }
    left = members
    self.what = what
    parser = nil
    depth = 0
  }

  /// Takes members as `parser`, which must outlive this, comes to them in the object at its position. They must be asked
  /// for in canonical order: one that is asked for late counts as absent, and then as unknown.
  init(
    reading parser: UnsafeMutablePointer<CanonicalParser>, _ what: String, depth: Int = 0
  ) throws(FormatError) {
    left = []
    self.what = what
    self.parser = parser
    self.depth = depth
    try parser.pointee.enterObject()
  }

  /// Goes to the member's value in the bytes; nil where it is absent, or where there are no bytes to read from.
  private mutating func reach(
    _ name: String
  ) throws(FormatError) -> UnsafeMutablePointer<CanonicalParser>? {
    guard let parser, try parser.pointee.take(name, after: &last) else { return nil }
    return parser
  }

  /// The member, or nil where there is none.
  public mutating func optional(_ name: String) throws(FormatError) -> CanonicalValue? {
    if parser != nil { return try reach(name)?.pointee.value(depth: depth + 1) }
    guard let index = left.firstIndex(where: { $0.name == name }) else { return nil }
    return left.remove(at: index).value
  }

  /// Says that a member is not as it must be.
  public func bad(_ name: String, _ why: String) -> FormatError {
    FormatError(.badMember, "\(what): member \"\(name)\" \(why)")
  }

  /// Refuses members that nobody took.
  public func finish() throws(FormatError) {
    if let parser { return try parser.pointee.leaveObject() }
    if let first = left.first { throw bad(first.name, "is unknown") }
  }

  private mutating func required(_ name: String) throws(FormatError) -> CanonicalValue {
    guard let value = try optional(name) else { throw bad(name, "is missing") }
    return value
  }

  private mutating func anyText(_ name: String) throws(FormatError) -> String? {
    if parser != nil { return try reach(name)?.pointee.string() }
    guard let value = try optional(name) else { return nil }
    guard case .string(let text) = value else { throw bad(name, "is not a string") }
    return text
  }

  /// A text of 1 to `limit` UTF-8 bytes: what has nothing to say is left out.
  public mutating func optionalText(
    _ name: String, limit: Int = Limits.textBytes, mayBeEmpty: Bool = false
  ) throws(FormatError) -> String? {
    guard let text = try anyText(name) else { return nil }
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

  private mutating func number(_ name: String) throws(FormatError) -> CanonicalValue? {
    if parser != nil {
      return try reach(name).map { parser throws(FormatError) in .integer(try parser.pointee.integer()) }
    }
    return try optional(name)
  }

  /// A whole number from `range`.
  public mutating func optionalInteger(_ name: String, _ range: ClosedRange<Int>) throws(FormatError) -> Int?
  {
    guard let value = try number(name) else { return nil }
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
    guard let value = try optional(name) else { return false }
    guard case .bool(true) = value else { throw bad(name, "is not true") }
    return true
  }

  /// The elements of an array of at most `limit`; an absent member is an empty array where `orEmpty`.
  public mutating func array(_ name: String, limit: Int, orEmpty: Bool = false) throws(FormatError)
    -> [CanonicalValue]
  {
    guard let value = try optional(name) else {
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
    for item in try array(name, limit: limit, orEmpty: orEmpty) {
      guard case .string(let text) = item, !text.isEmpty, text.utf8.count <= Limits.textBytes else {
        throw bad(name, "has an element that is not a short string")
      }
      out.append(text)
    }
    // Byte for byte: Swift's own comparison of strings would take normal forms for equal.
    guard out.count < 2 || Set(out.lazy.map { Array($0.utf8) }).count == out.count else {
      throw bad(name, "has an element twice")
    }
    return out
  }

  /// The members of a nested object.
  public mutating func optionalMembers(_ name: String) throws(FormatError) -> Members? {
    if parser != nil {
      return try reach(name).map { parser throws(FormatError) in
        try Members(reading: parser, name, depth: depth + 1)
      }
    }
    guard let value = try optional(name) else { return nil }
    return try Members(value, "\(what).\(name)")
  }

  /// The members of a nested object.
  public mutating func members(_ name: String) throws(FormatError) -> Members {
    guard let inner = try optionalMembers(name) else { throw bad(name, "is missing") }
    return inner
  }

  /// An object id in the document spelling.
  public mutating func optionalObjectID(_ name: String) throws(FormatError) -> ObjectID? {
    if parser != nil {
      return try reach(name).map { parser throws(FormatError) in
        ObjectID(try parser.pointee.digest(ObjectID.prefix))
      }
    }
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
    if let parser = try reach(name) { return MerkleHash(try parser.pointee.digest(MerkleHash.prefix)) }
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
    if parser != nil { return try reach(name)?.pointee.time() }
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
