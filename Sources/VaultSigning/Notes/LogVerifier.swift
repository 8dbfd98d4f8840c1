extension NoteVerifier {
  /// Reads the key of a remote's log from exactly the text that stands in `log.pub` and in trust documents
  /// (docs/format.md §7.2): narrower than any verifier key, of Ed25519 over the note's text only.
  ///
  /// Throws what `init(_:)` throws.
  public init(log text: String) throws(SigningError) {
    try self.init(text)
    guard algorithm == .ed25519 else {
      throw SigningError(.unsupportedAlgorithm, "a log's key signs notes by Ed25519")
    }
    // Byte for byte: Swift takes strings of another normal form for equal.
    guard Self.isLogName(name), description.utf8.elementsEqual(text.utf8) else {
      throw SigningError(.malformed, "the verifier key is not in the form of a log's")
    }
  }

  /// Whether a log may have this name: 1 to 255 characters from `!` to `~`, none of them `+`. Names of others who sign
  /// notes may hold more.
  public static func isLogName(_ name: String) -> Bool {
    NoteName.isValid(name) && printableASCII(name.utf8) != nil
  }
}
