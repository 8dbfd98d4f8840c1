/// A value of the vault's canonical JSON: RFC 8785 narrowed to strings, booleans, integers below 2^53,
/// arrays, and objects with ASCII member names; no null, no fractions.
public indirect enum CanonicalValue: Hashable, Sendable {
  case string(String)
  case integer(Int)
  case bool(Bool)
  case array([CanonicalValue])
  case object([Member])

  /// One member of an object.
  public struct Member: Hashable, Sendable {
    public let name: String
    public let value: CanonicalValue

    public init(_ name: String, _ value: CanonicalValue) {
      self.name = name
      self.value = value
    }
  }

  /// The largest integer of a document: 2^53 - 1, as RFC 8785 §3.2.2.3 bounds exact numbers.
  public static let maxInteger = (1 << 53) - 1
}

extension CanonicalValue {
  /// An object of `members`, put in canonical order; nil values are left out.
  public static func make(_ members: [(String, CanonicalValue?)]) -> CanonicalValue {
    var kept: [Member] = []
    kept.reserveCapacity(members.count)
    for (name, value) in members {
      guard let value else { continue }
      // They mostly come in order, so each finds its place near the end.
      var place = kept.count
      while place > 0, name.utf8.lexicographicallyPrecedes(kept[place - 1].name.utf8) { place -= 1 }
      kept.insert(Member(name, value), at: place)
    }
    return .object(kept)
  }

  /// The one encoding of the value (RFC 8785 §3.2).
  public func encoded() -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    append(to: &out)
    return out
  }

  /// Appends the encoding.
  public func append(to out: inout [UInt8]) {
    switch self {
    case .string(let text): Self.append(text, to: &out)
    case .integer(let number): out.append(contentsOf: String(number).utf8)
    case .bool(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.append(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        Self.append(member.name, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.append(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// Appends a string with the escapes of RFC 8785 §3.2.2.2 and no others.
  static func append(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    defer { out.append(UInt8(ascii: "\"")) }
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
      guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else { return false }
      out.append(contentsOf: bytes)
      return true
    }
    if isPlain == true { return }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case 0x20...: out.append(byte)
      default: appendControl(byte, to: &out)
      }
    }
  }

  private static func appendControl(_ byte: UInt8, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: out.append(UInt8(ascii: "b"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0C: out.append(UInt8(ascii: "f"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    default: out.append(contentsOf: ("u" + Hex.encode([0, byte])).utf8)
    }
  }
}
