import VaultCore

/// The values of a few places in records, however many places there are; belongs to one thread.
final class RecordFields {
  /// Places that one scanner finds.
  private static let share = 8

  private final class Part {
    var scanner: RecordScanner

    init(_ pointers: [JSONPointer]) { scanner = RecordScanner(pointers) }
  }

  private let parts: [Part]
  private var isReadable = false

  init(_ pointers: [JSONPointer]) {
    parts = stride(from: 0, to: pointers.count, by: Self.share).map { start in
      Part(Array(pointers[start..<min(start + Self.share, pointers.count)]))
    }
  }

  /// The pointer that a text is. Throws `FormatError` for one that is none.
  static func pointer(_ text: String) throws(FormatError) -> JSONPointer {
    guard let pointer = JSONPointer(text) else {
      throw FormatError(.malformed, "\"\(text)\" is no JSON Pointer, which begins with /")
    }
    return pointer
  }

  /// Reads a record, whose bytes must outlive the use of its values.
  func read(_ record: UnsafeRawBufferPointer) {
    isReadable = true
    for part in parts where !part.scanner.scan(record).isDisjoint(with: .unreadable) { isReadable = false }
  }

  /// The value at a place in the record that was read last; nil where there is none, or the record is no JSON.
  subscript(place: Int) -> UnsafeRawBufferPointer? {
    isReadable ? parts[place / Self.share].scanner.value(place % Self.share) : nil
  }
}
