import VaultCore

/// One signature line of a note; whose it is, and whether it holds, a ``NoteVerifier`` says.
public struct NoteSignature: Hashable, Sendable {
  /// The signer's name.
  public let name: String
  /// The signer's key ID.
  public let keyHash: UInt32
  /// The signature in the form of its algorithm.
  public let signature: [UInt8]

  init(name: String, keyHash: UInt32, signature: [UInt8]) {
    self.name = name
    self.keyHash = keyHash
    self.signature = signature
  }

  /// Seconds since 1970 in a cosignature (C2SP tlog-cosignature, "Format"); nil where they cannot stand.
  public var cosigned: UInt64? {
    guard signature.count >= 8 else { return nil }
    let time = signature.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    return time >> 63 == 0 ? time : nil
  }

  private static let dash = Array("— ".utf8)

  /// Reads `— NAME BASE64`, without the line end.
  init?(line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.dash) else { return nil }
    let words = line.dropFirst(Self.dash.count).split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 2, let bytes = Base64.decode(words[1]), bytes.count > 4 else { return nil }
    name = String(decoding: words[0], as: UTF8.self)
    guard NoteName.isValid(name) else { return nil }
    keyHash = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    signature = Array(bytes.dropFirst(4))
  }

  /// The line with its line end.
  var encoded: [UInt8] {
    Self.dash + Array("\(name) \(Base64.encode(keyHash.bytes + signature))\n".utf8)
  }
}

/// A text with the lines of those who signed it (C2SP signed-note). It was parsed, not verified.
public struct SignedNote: Hashable, Sendable {
  /// The signed text, its last line end included.
  public let text: [UInt8]
  /// All signature lines, those of unknown keys too, as they stand.
  public private(set) var signatures: [NoteSignature]

  /// The longest note that is read, in bytes: room for sixteen post-quantum signatures.
  public static let maximumLength = 128 << 10
  /// The most signature lines of a note.
  public static let maximumSignatures = 100

  /// Reads a note from exactly these bytes; encoding it again gives them.
  ///
  /// Throws `malformed`: for bytes that are not UTF-8 or hold control characters, a text without an empty line
  /// behind it, no signature line, a line of another form, or too many bytes or lines.
  public init(_ bytes: [UInt8]) throws(SigningError) {
    guard bytes.count <= Self.maximumLength, bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }),
      String(validating: bytes, as: UTF8.self) != nil, bytes.last == 0x0A,
      let blank = bytes.indices.dropFirst().last(where: { bytes[$0] == 0x0A && bytes[$0 - 1] == 0x0A })
    else { throw SigningError(.malformed, "the bytes are not a signed note") }
    text = Array(bytes[..<blank])
    signatures = []
    let lines = bytes[(blank + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
    for line in lines {
      guard signatures.count < Self.maximumSignatures, let signature = NoteSignature(line: line) else {
        throw SigningError(.malformed, "a signature line of the note is not — NAME BASE64")
      }
      signatures.append(signature)
    }
  }

  /// A note without signatures yet; `text` is valid UTF-8 without control characters and ends with LF.
  public init(text: [UInt8]) throws(SigningError) {
    guard text.last == 0x0A, text.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }),
      String(validating: text, as: UTF8.self) != nil
    else { throw SigningError(.malformed, "the text cannot stand in a note") }
    self.text = text
    signatures = []
  }

  /// The note's bytes.
  public var encoded: [UInt8] { signatures.reduce(into: text + [0x0A]) { $0 += $1.encoded } }

  /// Adds a signature; one by the same key is replaced.
  public mutating func add(_ signature: NoteSignature) {
    signatures.removeAll { $0.name == signature.name && $0.keyHash == signature.keyHash }
    signatures.append(signature)
  }

  /// Checks that `key` signed the text. Lines of other keys, of the same name or the same hash too, are ignored.
  ///
  /// Throws `wrongKey` where no line is the key's, `badSignature` where one does not hold.
  @discardableResult
  public func verify(by key: NoteVerifier) throws(SigningError) -> NoteSignature {
    let own = signatures.filter(key.made)
    guard let first = own.first else {
      throw SigningError(.wrongKey, "the note is not signed by \(key.name) with the key that is trusted")
    }
    guard own.allSatisfy({ key.verifies($0, of: text) }) else {
      throw SigningError(.badSignature, "the signature of \(key.name) does not belong to the note")
    }
    return first
  }
}
