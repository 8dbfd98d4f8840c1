import CLibCrypto

/// The NIST curves of RFC 5656 §10.1 that the vault accepts.
enum Curve: String, Sendable {
  case p256 = "nistp256"
  case p384 = "nistp384"

  /// OpenSSL's name of the group.
  var group: String {
    switch self {
    case .p256: "prime256v1"
    case .p384: "secp384r1"
    }
  }

  /// The length of a coordinate and of a scalar, in bytes.
  var fieldLength: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    }
  }

  /// The length of an uncompressed point, in bytes.
  var pointLength: Int { 1 + 2 * fieldLength }

  /// The hash that ECDSA uses with the curve (RFC 5656 §6.2.1).
  var hash: MessageHash {
    switch self {
    case .p256: .sha256
    case .p384: .sha384
    }
  }

  /// The curve that OpenSSL calls `group`.
  init?(group: String) {
    switch group {
    case "prime256v1", "P-256": self = .p256
    case "secp384r1", "P-384": self = .p384
    default: return nil
    }
  }
}
