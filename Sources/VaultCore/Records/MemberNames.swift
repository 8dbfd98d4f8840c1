/// The names of the objects that a scanner is in, innermost last; finds names that occur twice.
struct MemberNames: ~Copyable {
  private struct Name {
    let start: UnsafeRawPointer
    let count: Int
    /// Equal for equal bytes: of the first and last eight, and the length.
    let mark: UInt64
    let hasEscape: Bool

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
  }

  private var names: UnsafeMutablePointer<Name> = .allocate(capacity: 64)
  private var capacity = 64
  private(set) var count = 0
  /// Up to so many names are held each against each.
  private static let few = 24

  deinit { names.deallocate() }

  mutating func removeAll() { count = 0 }

  @inline(__always) mutating func append(_ name: UnsafeRawBufferPointer, hasEscape: Bool) {
    guard let start = name.baseAddress else { return }
    if count == capacity { grow() }
    (names + count).initialize(
      to: Name(start: start, count: name.count, mark: Self.mark(name), hasEscape: hasEscape))
    count += 1
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Name>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: names, count: count)
    names.deallocate()
    names = larger
    capacity *= 2
  }

  @inline(__always) private static func mark(_ name: UnsafeRawBufferPointer) -> UInt64 {
    let count = name.count
    var mark = UInt64(truncatingIfNeeded: count)
    if count >= 8 {
      mark ^= name.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      mark &*= 0x9E37_79B9_7F4A_7C15
      mark ^= name.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else {
      for index in 0..<count { mark = mark << 8 | UInt64(name[index]) }
    }
    return mark
  }

  /// Whether two of the names from the given one on are the same; these are forgotten.
  mutating func haveTwins(from first: Int) -> Bool {
    let own = UnsafeMutableBufferPointer(start: names + first, count: count - first)
    count = first
    if own.contains(where: \.hasEscape) { return Self.haveEscapedTwins(own) }
    if own.count > Self.few { return Self.haveSortedTwins(own) }
    for index in own.indices {
      let mark = own[index].mark
      for other in 0..<index where own[other].mark == mark && Self.areEqual(own[other], own[index]) {
        return true
      }
    }
    return false
  }

  private static func areEqual(_ a: Name, _ b: Name) -> Bool {
    a.count == b.count && a.bytes.elementsEqual(b.bytes)
  }

  /// Sorted by their bytes behind the mark, so that names that are made to look alike cost little more than others.
  private static func haveSortedTwins(_ own: UnsafeMutableBufferPointer<Name>) -> Bool {
    var own = own
    own.sort { $0.mark != $1.mark ? $0.mark < $1.mark : $0.bytes.lexicographicallyPrecedes($1.bytes) }
    return own.indices.dropFirst().contains {
      own[$0 - 1].mark == own[$0].mark && areEqual(own[$0 - 1], own[$0])
    }
  }

  /// Names compare as what their escapes mean.
  private static func haveEscapedTwins(_ own: UnsafeMutableBufferPointer<Name>) -> Bool {
    Set(own.map { JSONText.decoded($0.bytes) }).count < own.count
  }
}
