@_spi(_Unicode) import Swift

/// A path of evidence inside a period: UTF-8 segments joined by `/`, never absolute, never escaping.
public struct EvidencePath: Hashable, Sendable, CustomStringConvertible {
  /// The path's text, byte for byte as given.
  public let text: String

  /// Checks a path by the rules of docs/format.md, "Paths"; the error says which one it breaks.
  public init(_ text: String) throws(FormatError) {
    if text.utf8.withContiguousStorageIfAvailable({ Self.isPlain($0) }) == true {
      self.init(plain: text)
    } else {
      try self.init(judging: text)
    }
  }

  private init(plain text: String) { self.text = text }

  init(judging text: String) throws(FormatError) {
    let bytes = text.utf8
    guard !bytes.isEmpty else { throw FormatError(.badMember, "a path is empty") }
    guard bytes.count <= Limits.pathBytes else {
      throw FormatError(.overLimit, "a path is over \(Limits.pathBytes) bytes")
    }
    guard !text.unicodeScalars.contains(where: Self.isForbidden) else {
      throw FormatError(.badMember, "path \"\(text)\" holds a control character or one that does not show")
    }
    if bytes.first == UInt8(ascii: "/") { throw FormatError(.badMember, "path \"\(text)\" is absolute") }
    for segment in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if segment.isEmpty { throw FormatError(.badMember, "path \"\(text)\" has an empty segment") }
      if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
        throw FormatError(.badMember, "path \"\(text)\" has a segment \".\" or \"..\"")
      }
      if segment.count > Limits.segmentBytes {
        throw FormatError(.overLimit, "path \"\(text)\" has a segment over \(Limits.segmentBytes) bytes")
      }
    }
    self.text = text
    for segment in foldedKey.split(separator: UInt8(ascii: "/")) {
      if segment.elementsEqual(".vault".utf8) {
        throw FormatError(.badMember, "path \"\(text)\" lies in a vault's own folder")
      }
      // A repository's configuration names programs, which git runs for whoever stands in a clone of the evidence.
      if segment.elementsEqual(".git".utf8) {
        throw FormatError(.badMember, "path \"\(text)\" lies in a git repository's own folder")
      }
    }
  }

  public var description: String { text }

  /// Paths are equal byte for byte; Swift's own comparison of strings would take normal forms for equal.
  public static func == (a: EvidencePath, b: EvidencePath) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// Whether this is a path of printable ASCII alone, which most are; what is not is looked at more closely.
  static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= Limits.pathBytes else { return false }
    var start = 0
    for place in 0...bytes.count {
      let byte = place < bytes.count ? bytes[place] : UInt8(ascii: "/")
      if byte == UInt8(ascii: "/") {
        guard isPlainSegment(UnsafeBufferPointer(rebasing: bytes[start..<place])) else { return false }
        start = place + 1
      } else if byte < 0x20 || byte >= 0x7F {
        return false
      }
    }
    return true
  }

  private static func isPlainSegment(_ segment: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = segment.first, segment.count <= Limits.segmentBytes else { return false }
    // ".", "..", ".vault" and ".git" in any case are among those that begin with a dot.
    return first != UInt8(ascii: ".")
  }

  /// Control characters, marks that reorder text on a screen, and what does not show at all: a path must read as
  /// what it is. Characters that Unicode 15.0 does not have are refused too, since how they fold is not settled.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028...0x202E,
      0x2060...0x206F,
      0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
      return true
    case 0..<0x80: return false
    default:
      guard let age = scalar.properties.age else { return true }
      return age.major > 15 || age.major == 15 && age.minor > 0
    }
  }

  /// The key under which two paths must not meet: NFD(lowercase(NFD(path))) in UTF-8, with Unicode's default
  /// lower-case mapping. Paths with equal keys differ at most by case or normal form.
  public var foldedKey: [UInt8] { Self.fold(text) }

  /// `foldedKey` of any text.
  public static func fold(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      guard byte < 0x80 else { return foldUnicode(text) }
      out.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
    }
    return out
  }

  private static func foldUnicode(_ text: String) -> [UInt8] {
    var lowered = String.UnicodeScalarView()
    for scalar in text._nfd { lowered.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars) }
    var folded = String.UnicodeScalarView()
    for scalar in String(lowered)._nfd { folded.append(scalar) }
    return Array(String(folded).utf8)
  }
}
