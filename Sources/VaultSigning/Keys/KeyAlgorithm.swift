/// The key types that the vault accepts; the raw values are their names on the wire.
public enum KeyAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// RFC 8709.
  case ed25519 = "ssh-ed25519"
  /// RFC 5656.
  case ecdsaP256 = "ecdsa-sha2-nistp256"
  /// RFC 5656.
  case ecdsaP384 = "ecdsa-sha2-nistp384"
  /// RFC 4253 §6.6, with the signatures of RFC 8332; 3072 to 16384 bits.
  case rsa = "ssh-rsa"
  /// OpenSSH PROTOCOL.u2f; signatures are made by the security key only.
  case securityKeyEd25519 = "sk-ssh-ed25519@openssh.com"
  /// OpenSSH PROTOCOL.u2f; signatures are made by the security key only.
  case securityKeyECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"

  /// True for FIDO keys.
  public var isSecurityKey: Bool { self == .securityKeyEd25519 || self == .securityKeyECDSA }

  /// The algorithm of a new signature: the key's own name, or `rsa-sha2-512` (RFC 8332) for RSA.
  public var signatureAlgorithm: String { self == .rsa ? "rsa-sha2-512" : rawValue }

  /// The curve of an ECDSA key.
  var curve: Curve? {
    switch self {
    case .ecdsaP256, .securityKeyECDSA: .p256
    case .ecdsaP384: .p384
    case .ed25519, .securityKeyEd25519, .rsa: nil
    }
  }
}
