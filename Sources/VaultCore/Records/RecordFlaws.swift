/// What is wrong with a record as JSON (docs/format.md, §15.1). Each of the first five means that nothing else can be
/// said of the record; the others may come together.
public struct RecordFlaws: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A byte 0x00.
  public static let nul = RecordFlaws(rawValue: 1)
  /// Bytes that are no UTF-8.
  public static let invalidUTF8 = RecordFlaws(rawValue: 2)
  /// A value inside more than ``RecordScanner/depth`` arrays and objects.
  public static let nesting = RecordFlaws(rawValue: 4)
  /// No JSON text (RFC 8259 §2).
  public static let notJSON = RecordFlaws(rawValue: 8)
  /// Two members of one object with the same name.
  public static let duplicateMember = RecordFlaws(rawValue: 16)
  /// A number that common readers do not keep.
  public static let numberOutOfRange = RecordFlaws(rawValue: 32)
  /// An escape of half a surrogate pair.
  public static let unpairedSurrogate = RecordFlaws(rawValue: 64)

  /// Those that end the reading of a record.
  public static let unreadable: RecordFlaws = [.nul, .invalidUTF8, .nesting, .notJSON]
}
