/// A pattern over paths or period names: `*` is any run within a segment, `**` as a whole segment any run of
/// segments (also none), every other character stands for itself.
public struct Glob: Hashable, Sendable, CustomStringConvertible {
  /// The pattern's text.
  public let text: String

  /// Checks a pattern: not empty, no empty segment, no control character, `**` only as a whole segment.
  public init(_ text: String) throws(FormatError) {
    guard !text.isEmpty, text.utf8.count <= Limits.pathBytes,
      text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw FormatError(.badMember, "pattern \"\(text)\" is empty, too long or has a control character")
    }
    for segment in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if segment.isEmpty { throw FormatError(.badMember, "pattern \"\(text)\" has an empty segment") }
      let stars = segment.elementsEqual("**".utf8)
      if !stars, zip(segment, segment.dropFirst()).contains(where: { $0 == 0x2A && $1 == 0x2A }) {
        throw FormatError(.badMember, "pattern \"\(text)\" has ** inside a segment")
      }
    }
    self.text = text
  }

  public var description: String { text }

  /// Whether the pattern covers all of `path`.
  public func matches(_ path: String) -> Bool {
    if text == "**" { return true }
    let pattern = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
      Array.init)
    let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
      Array.init)
    // reachable[j]: the pattern's segments so far cover the path's first j segments; linear, never exponential.
    var reachable = [Bool](repeating: false, count: segments.count + 1)
    reachable[0] = true
    for part in pattern {
      var next = [Bool](repeating: false, count: segments.count + 1)
      if part.elementsEqual("**".utf8) {
        var seen = false
        for j in 0...segments.count {
          seen = seen || reachable[j]
          next[j] = seen
        }
      } else {
        for j in 0..<segments.count where reachable[j] && Self.covers(part, segments[j]) {
          next[j + 1] = true
        }
      }
      reachable = next
    }
    return reachable[segments.count]
  }

  /// `*` matching within one segment, greedily with one fallback point.
  private static func covers(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var p = 0
    var t = 0
    var star: (p: Int, t: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == 0x2A {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let at = star {
        p = at.p + 1
        t = at.t + 1
        star = (at.p, at.t + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == 0x2A }
  }
}
