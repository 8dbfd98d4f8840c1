/// Reads records as JSON (RFC 8259) in one pass: whether each is valid, and where the values lie that a few pointers
/// name. Allocates nothing for a record that is sound. Records whose names and punctuation are those of one before are
/// read without looking at their names again, with the same outcome.
///
/// The bytes that were scanned last must outlive the calls of ``value(_:)``.
public struct RecordScanner: ~Copyable {
  /// How many arrays and objects a value may stand in.
  public static let depth = 64

  var at: UnsafeRawPointer
  var end: UnsafeRawPointer
  var flaws: RecordFlaws = []
  /// Whether a string since this was last unset has an escape.
  var hasEscape = false
  var names = MemberNames()
  let tokens: PointerTokens
  var shape = RecordShape()
  private var credit = ShapeCredit()
  private let found: UnsafeMutablePointer<UnsafeRawBufferPointer?>

  /// A scanner that finds the values of at most 8 pointers.
  public init(_ pointers: [JSONPointer] = []) {
    tokens = PointerTokens(pointers)
    found = .allocate(capacity: 8)
    found.initialize(repeating: nil, count: 8)
    at = UnsafeRawPointer(found)
    end = at
  }

  deinit { found.deallocate() }

  /// Scans one record, without its LF.
  public mutating func scan(_ record: UnsafeRawBufferPointer) -> RecordFlaws {
    for place in 0..<tokens.count { found[place] = nil }
    flaws = []
    names.removeAll()
    guard let start = record.baseAddress else { return .notJSON }
    end = start + record.count
    if scanAsBefore(start) {
      credit.add(2)
      return flaws
    }
    return scanWhole(record, start)
  }

  private mutating func scanWhole(_ record: UnsafeRawBufferPointer, _ start: UnsafeRawPointer) -> RecordFlaws
  {
    for place in 0..<tokens.count { found[place] = nil }
    flaws = []
    at = start
    skipSpace()
    let isWhole = value(active: UInt8(truncatingIfNeeded: (1 << tokens.count) - 1), level: 0)
    if isWhole { skipSpace() }
    if isWhole, at == end {
      credit.add(1)
      if flaws.isEmpty, credit.pay() { remember(record) }
      return flaws
    }
    return Self.classify(record, isTooDeep: flaws.contains(.nesting))
  }

  /// The bytes of the value that a pointer names in the record that was scanned last, where it was readable; the
  /// last one where a name occurs twice.
  public func value(_ pointer: Int) -> UnsafeRawBufferPointer? { found[pointer] }

  /// Why a record is unreadable, whatever came first.
  private static func classify(_ record: UnsafeRawBufferPointer, isTooDeep: Bool) -> RecordFlaws {
    if record.contains(0) { return .nul }
    if !UTF8Check.isValid(record) { return .invalidUTF8 }
    return isTooDeep ? .nesting : .notJSON
  }

  // MARK: - Grammar

  /// The next byte; 0, which no JSON text has, at the end.
  @inline(__always) var byte: UInt8 { at < end ? at.load(as: UInt8.self) : 0 }

  @inline(__always) mutating func skipSpace() {
    while at < end {
      let byte = at.load(as: UInt8.self)
      guard byte <= 0x20, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return }
      at += 1
    }
  }

  /// One value; `active` are the pointers that lead into it, by the tokens before `level`.
  private mutating func value(active: UInt8, level: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "{"): object(active: active, level: level)
    case UInt8(ascii: "["): array(active: active, level: level)
    case UInt8(ascii: "t"): literal("true")
    case UInt8(ascii: "f"): literal("false")
    case UInt8(ascii: "n"): literal("null")
    default: number()
    }
  }

  mutating func literal(_ text: StaticString) -> Bool {
    guard end - at >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount
    where at.load(fromByteOffset: index, as: UInt8.self) != text.utf8Start[index] {
      return false
    }
    at += text.utf8CodeUnitCount
    return true
  }

  private mutating func enter(_ level: Int) -> Bool {
    at += 1
    if level < Self.depth { return true }
    flaws.insert(.nesting)
    return false
  }

  private mutating func object(active: UInt8, level: Int) -> Bool {
    guard enter(level) else { return false }
    skipSpace()
    if byte == UInt8(ascii: "}") {
      at += 1
      return true
    }
    let first = names.count
    while true {
      guard byte == UInt8(ascii: "\"") else { return false }
      let start = at + 1
      hasEscape = false
      guard string() else { return false }
      let name = UnsafeRawBufferPointer(start: start, count: at - start - 1)
      names.append(name, hasEscape: hasEscape)
      let (inside, here) = active == 0 ? (0, 0) : match(name, active, level)
      skipSpace()
      guard byte == UInt8(ascii: ":") else { return false }
      at += 1
      skipSpace()
      guard member(inside, here, level) else { return false }
      if byte == UInt8(ascii: ",") {
        at += 1
        skipSpace()
        continue
      }
      guard byte == UInt8(ascii: "}") else { return false }
      at += 1
      if names.haveTwins(from: first) { flaws.insert(.duplicateMember) }
      return true
    }
  }

  private mutating func array(active: UInt8, level: Int) -> Bool {
    guard enter(level) else { return false }
    skipSpace()
    if byte == UInt8(ascii: "]") {
      at += 1
      return true
    }
    var index = 0
    while true {
      let (inside, here) = active == 0 ? (0, 0) : match(index, active, level)
      guard member(inside, here, level) else { return false }
      let byte = byte
      at += 1
      guard byte == UInt8(ascii: ",") else { return byte == UInt8(ascii: "]") }
      skipSpace()
      index += 1
    }
  }

  /// The value of a member or element, which the pointers `here` name, and the space behind it.
  @inline(__always)
  private mutating func member(_ inside: UInt8, _ here: UInt8, _ level: Int) -> Bool {
    let start = at
    guard value(active: inside, level: level + 1) else { return false }
    if here != 0 { note(here, UnsafeRawBufferPointer(start: start, count: at - start)) }
    skipSpace()
    return true
  }

  /// Notes the value that pointers name.
  @inline(__always) func note(_ here: UInt8, _ value: UnsafeRawBufferPointer?) {
    for pointer in 0..<tokens.count where here & 1 << pointer != 0 { found[pointer] = value }
  }

  /// The pointers that name the value at a place.
  func pointers(to place: UnsafeRawPointer) -> UInt8 {
    (0..<tokens.count).reduce(0) { found[$1]?.baseAddress == place ? $0 | 1 << UInt8($1) : $0 }
  }

  /// How many pointers name something.
  var foundCount: Int { (0..<tokens.count).count { found[$0] != nil } }

  /// The pointers that lead into the member of this name, and those that end there.
  private func match(_ name: UnsafeRawBufferPointer, _ active: UInt8, _ level: Int) -> (UInt8, UInt8) {
    // A name with an escape is compared as what it means.
    if hasEscape {
      return JSONText.decoded(name).withBytes { raw in
        match(active, level) { $0.bytes.elementsEqual(raw) }
      }
    }
    return match(active, level) { token in
      token.bytes.count == name.count
        && (name.count == 0 || token.bytes[0] == name[0] && token.bytes.elementsEqual(name))
    }
  }

  private func match(_ index: Int, _ active: UInt8, _ level: Int) -> (UInt8, UInt8) {
    match(active, level) { $0.index == index }
  }

  @inline(__always)
  private func match(
    _ active: UInt8, _ level: Int, _ fits: (PointerTokens.Token) -> Bool
  ) -> (UInt8, UInt8) {
    var (inside, here): (UInt8, UInt8) = (0, 0)
    for pointer in 0..<tokens.count where active & 1 << pointer != 0 {
      let token = tokens.token(pointer, level)
      guard fits(token) else { continue }
      if token.isLast { here |= 1 << pointer } else { inside |= 1 << pointer }
    }
    return (inside, here)
  }
}
