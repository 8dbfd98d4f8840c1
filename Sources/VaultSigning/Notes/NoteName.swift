/// The names of keys in notes (C2SP signed-note, "Format").
enum NoteName {
  /// The longest name in bytes; docs/protocol.md §5.2.
  static let maximumLength = 255

  /// Whether `name` has 1 to 255 bytes and neither white space nor control characters nor `+`.
  static func isValid(_ name: String) -> Bool {
    (1...maximumLength).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0.value >= 0x20 && $0.value != 0x7f && $0 != "+"
      }
  }
}
