/// The name of an object: the SHA-256 of its exact bytes, spelled `sha256:` and 64 hexadecimal digits in
/// documents, bare hexadecimal on the command line.
public struct ObjectID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The SHA-256 of the object's bytes.
  public let digest: Digest

  /// The spelling's prefix in documents.
  public static let prefix = "sha256:"

  /// Names the object whose bytes hash to `digest`.
  @inlinable public init(_ digest: Digest) { self.digest = digest }

  /// The name of the object with exactly these bytes.
  public init(of bytes: [UInt8]) { digest = Digest.of(bytes) }

  /// The name of the object with exactly these bytes.
  public init(of bytes: ArraySlice<UInt8>) { digest = bytes.withUnsafeBytes { Digest.of($0) } }

  /// Reads the document spelling; nil for anything else, upper case included.
  public init?(_ text: String) {
    guard let digest = taggedDigest(text, prefix: Self.prefix) else { return nil }
    self.digest = digest
  }

  /// The document spelling, `sha256:…`.
  public var description: String { Self.prefix + digest.hex }

  /// 64 hexadecimal digits, as `sha256sum` prints them.
  public var hex: String { digest.hex }

  @inlinable public static func < (a: ObjectID, b: ObjectID) -> Bool { a.digest < b.digest }
}

/// A node of an RFC 6962 tree: a root, a subtree or a leaf hash; spelled `mth-sha256:…`, so that a root is
/// never taken for an object.
public struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
  /// The node's hash.
  public let digest: Digest

  /// The spelling's prefix in documents.
  public static let prefix = "mth-sha256:"

  /// Wraps a node's hash.
  @inlinable public init(_ digest: Digest) { self.digest = digest }

  /// Reads the document spelling; nil for anything else.
  public init?(_ text: String) {
    guard let digest = taggedDigest(text, prefix: Self.prefix) else { return nil }
    self.digest = digest
  }

  /// The document spelling, `mth-sha256:…`.
  public var description: String { Self.prefix + digest.hex }
}

private func taggedDigest(_ text: String, prefix: String) -> Digest? {
  var text = text
  let length = prefix.utf8.count
  return text.withUTF8 { bytes in
    guard bytes.prefix(length).elementsEqual(prefix.utf8) else { return nil }
    return Digest(hex: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes.dropFirst(length))))
  }
}
