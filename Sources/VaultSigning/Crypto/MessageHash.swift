import CLibCrypto

/// The hashes that signatures use; the raw values are the names in PROTOCOL.sshsig.
enum MessageHash: String, Sendable {
  case sha256, sha384, sha512

  /// OpenSSL's name of the hash.
  var name: String {
    switch self {
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    }
  }

  nonisolated(unsafe) private static let fetched256 = EVP_MD_fetch(nil, "SHA256", nil)
  nonisolated(unsafe) private static let fetched384 = EVP_MD_fetch(nil, "SHA384", nil)
  nonisolated(unsafe) private static let fetched512 = EVP_MD_fetch(nil, "SHA512", nil)

  /// Fetched once: fetching costs more than hashing a signed document.
  private var algorithm: OpaquePointer? {
    switch self {
    case .sha256: Self.fetched256
    case .sha384: Self.fetched384
    case .sha512: Self.fetched512
    }
  }

  /// The hash of `message`.
  func digest(of message: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { out, count in
      var written: UInt32 = 0
      let done = EVP_Digest(
        message.baseAddress, message.count, out.baseAddress, &written, algorithm, nil)
      precondition(done == 1, "OpenSSL offers no \(name)")
      count = Int(written)
    }
  }

  /// The hash of `message`.
  func digest(of message: [UInt8]) -> [UInt8] { message.withUnsafeBytes { digest(of: $0) } }
}
