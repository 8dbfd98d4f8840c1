/// The tokens of a few pointers in memory of their own, so that a scanner compares without counting references.
struct PointerTokens: ~Copyable {
  struct Token {
    let bytes: UnsafeMutableRawBufferPointer
    /// The token as an array's index, or -1.
    let index: Int
    /// Whether the pointer ends with it.
    let isLast: Bool
  }

  /// How many pointers there are, at most 8.
  let count: Int
  private let depth: Int
  private let tokens: UnsafeMutablePointer<Token>

  init(_ pointers: [JSONPointer]) {
    precondition(pointers.count <= 8, "a bit of a byte stands for each pointer")
    count = pointers.count
    depth = pointers.map(\.tokens.count).max() ?? 0
    tokens = .allocate(capacity: max(1, count * depth))
    let empty = Token(bytes: UnsafeMutableRawBufferPointer(start: nil, count: 0), index: -1, isLast: false)
    tokens.initialize(repeating: empty, count: max(1, count * depth))
    for (number, pointer) in pointers.enumerated() {
      for (level, token) in pointer.tokens.enumerated() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: token.count, alignment: 1)
        bytes.copyBytes(from: token)
        tokens[number * depth + level] = Token(
          bytes: bytes, index: JSONPointer.index(token) ?? -1, isLast: level + 1 == pointer.tokens.count)
      }
    }
  }

  deinit {
    for place in 0..<count * depth { tokens[place].bytes.deallocate() }
    tokens.deallocate()
  }

  /// The token of a pointer at a level that the pointer has.
  @inline(__always) func token(_ pointer: Int, _ level: Int) -> Token { tokens[pointer * depth + level] }
}
