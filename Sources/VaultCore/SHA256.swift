import CLibCrypto

/// A 32-byte SHA-256 digest (FIPS 180-4).
public struct Digest: Hashable, Comparable, Sendable {
  /// The digest's bytes as four words in memory order.
  @usableFromInline var w0: UInt64
  @usableFromInline var w1: UInt64
  @usableFromInline var w2: UInt64
  @usableFromInline var w3: UInt64

  /// The length of a digest in bytes.
  public static let byteCount = 32

  /// Reads a digest from exactly 32 bytes; nil for any other length.
  @inlinable public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    w0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    w1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    w2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    w3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
  }

  /// Reads a digest from exactly 32 bytes; nil for any other length.
  @inlinable public init?(_ bytes: some Collection<UInt8>) {
    let made = bytes.withContiguousStorageIfAvailable { Digest(UnsafeRawBufferPointer($0)) }
    if let made {
      guard let made else { return nil }
      self = made
    } else {
      guard let made = Array(bytes).withUnsafeBytes({ Digest($0) }) else { return nil }
      self = made
    }
  }

  /// Reads 64 lower-case hexadecimal digits; nil for anything else.
  public init?(hex: some Collection<UInt8>) {
    guard hex.count == 64, let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes)
  }

  /// Reads 64 lower-case hexadecimal digits; nil for anything else.
  init?(hex: UnsafeRawBufferPointer) {
    var digest = Digest.zero
    guard Swift.withUnsafeMutableBytes(of: &digest, { Hex.read(hex, into: $0) }) else { return nil }
    self = digest
  }

  /// The digest of all zero bytes.
  public static let zero = Digest(w0: 0, w1: 0, w2: 0, w3: 0)

  @usableFromInline init(w0: UInt64, w1: UInt64, w2: UInt64, w3: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  /// Gives the 32 bytes to `body`.
  @inlinable public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try Swift.withUnsafeBytes(of: self, body)
  }

  /// The 32 bytes as an array.
  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { withUnsafeBytes { Hex.encode($0) } }

  /// Orders digests as byte strings.
  @inlinable public static func < (a: Digest, b: Digest) -> Bool {
    if a.w0 != b.w0 { return UInt64(bigEndian: a.w0) < UInt64(bigEndian: b.w0) }
    if a.w1 != b.w1 { return UInt64(bigEndian: a.w1) < UInt64(bigEndian: b.w1) }
    if a.w2 != b.w2 { return UInt64(bigEndian: a.w2) < UInt64(bigEndian: b.w2) }
    return UInt64(bigEndian: a.w3) < UInt64(bigEndian: b.w3)
  }

  /// The first eight bytes as a big-endian number, so that numbers order as digests do.
  @inlinable public var prefix64: UInt64 { UInt64(bigEndian: w0) }
}

/// An incremental SHA-256 by OpenSSL. Where its default provider applies, that provider's own functions are called, which
/// two messages can share a core with; any other provider, so one for FIPS, is used over the EVP interface.
///
/// One hasher serves many messages: `finish()` returns the digest and starts anew with the same context.
public final class SHA256Hasher {
  private enum Context {
    case direct(UnsafeMutablePointer<SHA256_CTX>)
    case provider(OpaquePointer)
  }

  private let context: Context
  nonisolated(unsafe) private static let algorithm: OpaquePointer = {
    // Names for the interfaces of OpenSSL 1.0 are not used here, and making them costs more than a commit's hashes. Nor
    // does a process that ends need its memory put in order.
    OPENSSL_init_crypto(
      UInt64(OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_ATEXIT), nil)
    guard let md = EVP_MD_fetch(nil, "SHA256", nil) else { preconditionFailure("OpenSSL offers no SHA-256") }
    return md
  }()

  /// Whether no other provider than OpenSSL's default one applies.
  static let isDefault = CLibCrypto_sha256_is_default(algorithm) != 0

  /// Whether two messages at once take less time than one after the other.
  static let hasPairs = isDefault && CLibCrypto_sha256_has_pairs() != 0

  /// Starts a message.
  public convenience init() { self.init(isDirect: Self.isDefault) }

  init(isDirect: Bool) {
    if isDirect {
      context = .direct(.allocate(capacity: 1))
    } else {
      guard let made = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
      context = .provider(made)
    }
    reset()
  }

  deinit {
    switch context {
    case .direct(let state): state.deallocate()
    case .provider(let made): EVP_MD_CTX_free(made)
    }
  }

  /// Forgets what was added and starts a new message.
  public func reset() {
    switch context {
    case .direct(let state): CLibCrypto_sha256_init(state)
    case .provider(let made):
      precondition(EVP_DigestInit_ex2(made, Self.algorithm, nil) == 1, "SHA-256 could not start")
    }
  }

  /// Adds bytes to the message.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    switch context {
    case .direct(let state): CLibCrypto_sha256_update(state, bytes.baseAddress, bytes.count)
    case .provider(let made):
      precondition(EVP_DigestUpdate(made, bytes.baseAddress, bytes.count) == 1, "SHA-256 failed")
    }
  }

  /// Adds bytes to the message.
  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Adds one byte to the message.
  public func update(byte: UInt8) { withUnsafeBytes(of: byte) { update($0) } }

  /// Adds bytes to this message and others to the message of `other`, another hasher: at once where the processor gains by
  /// it, so that both take hardly longer than the longer one.
  public func update(
    _ bytes: UnsafeRawBufferPointer, beside other: SHA256Hasher, _ others: UnsafeRawBufferPointer
  ) {
    precondition(self !== other, "two messages have two hashers")
    guard Self.hasPairs, case .direct(let first) = context, case .direct(let second) = other.context,
      bytes.count > 0, others.count > 0
    else {
      update(bytes)
      return other.update(others)
    }
    CLibCrypto_sha256_update_two(
      first, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
      second, others.baseAddress?.assumingMemoryBound(to: UInt8.self), others.count)
  }

  /// The digest of the message; the hasher is ready for the next one.
  public func finish() -> Digest {
    var out = Digest.zero
    withUnsafeMutableBytes(of: &out) { buffer in
      let digest = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      switch context {
      case .direct(let state): CLibCrypto_sha256_final(state, digest)
      case .provider(let made): precondition(EVP_DigestFinal_ex(made, digest, nil) == 1, "SHA-256 failed")
      }
    }
    reset()
    return out
  }

  /// The digest of one whole message with this context.
  public func hash(_ bytes: [UInt8]) -> Digest { bytes.withBytes { hash($0) } }

  /// The digest of one whole message with this context.
  public func hash(_ bytes: UnsafeRawBufferPointer) -> Digest {
    update(bytes)
    return finish()
  }
}

extension Digest {
  /// The SHA-256 of `bytes`.
  public static func of(_ bytes: UnsafeRawBufferPointer) -> Digest { SHA256Hasher().hash(bytes) }

  /// The SHA-256 of `bytes`.
  public static func of(_ bytes: [UInt8]) -> Digest { bytes.withUnsafeBytes { of($0) } }
}
