/// What takes the members of a document: their names and values, in the order of the names. What is nil is left out.
protocol MemberSink {
  mutating func put(_ name: String, _ value: CanonicalValue?)
  mutating func put(_ name: String, _ text: String?)
  mutating func put(_ name: String, _ number: Int)
  mutating func put(_ name: String, _ time: Timestamp)
  mutating func put(_ name: String, _ id: ObjectID)
  mutating func put(_ name: String, _ hash: MerkleHash)
  mutating func put(_ name: String, _ members: (inout Self) -> Void)
}

/// Members as values.
struct MemberList: MemberSink {
  private(set) var members: [(String, CanonicalValue?)] = []

  mutating func put(_ name: String, _ value: CanonicalValue?) { members.append((name, value)) }
  mutating func put(_ name: String, _ text: String?) { members.append((name, text.map { .string($0) })) }
  mutating func put(_ name: String, _ number: Int) { members.append((name, .integer(number))) }
  mutating func put(_ name: String, _ time: Timestamp) { members.append((name, .time(time))) }
  mutating func put(_ name: String, _ id: ObjectID) { members.append((name, .id(id))) }
  mutating func put(_ name: String, _ hash: MerkleHash) { members.append((name, .merkle(hash))) }
  mutating func put(_ name: String, _ inner: (inout MemberList) -> Void) {
    var list = MemberList()
    inner(&list)
    members.append((name, .make(list.members)))
  }
}

/// Writes members as canonical bytes (RFC 8785 §3.2), without a value for each.
struct CanonicalWriter: MemberSink {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  /// Writes one object.
  init(_ members: (inout CanonicalWriter) -> Void) {
    bytes.reserveCapacity(768)
    object(members)
  }

  private mutating func object(_ members: (inout CanonicalWriter) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
    members(&self)
    bytes.append(UInt8(ascii: "}"))
    isFirst = false
  }

  private mutating func name(_ name: String) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    CanonicalValue.append(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quote(_ write: (inout [UInt8]) -> Void) {
    bytes.append(UInt8(ascii: "\""))
    write(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func put(_ name: String, _ value: CanonicalValue?) {
    guard let value else { return }
    self.name(name)
    value.append(to: &bytes)
  }

  mutating func put(_ name: String, _ text: String?) {
    guard let text else { return }
    self.name(name)
    CanonicalValue.append(text, to: &bytes)
  }

  mutating func put(_ name: String, _ number: Int) {
    self.name(name)
    CanonicalValue.integer(number).append(to: &bytes)
  }

  mutating func put(_ name: String, _ time: Timestamp) {
    self.name(name)
    quote { time.append(to: &$0) }
  }

  mutating func put(_ name: String, _ id: ObjectID) {
    self.name(name)
    quote {
      $0.append(contentsOf: ObjectID.prefix.utf8)
      Hex.append(id.digest, to: &$0)
    }
  }

  mutating func put(_ name: String, _ hash: MerkleHash) {
    self.name(name)
    quote {
      $0.append(contentsOf: MerkleHash.prefix.utf8)
      Hex.append(hash.digest, to: &$0)
    }
  }

  mutating func put(_ name: String, _ inner: (inout CanonicalWriter) -> Void) {
    self.name(name)
    object(inner)
  }
}
