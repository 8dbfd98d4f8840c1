/// The file with the private key of a log.
public enum LogKeyFile {
  /// An unencrypted PKCS#8 key (RFC 8410 §7) in PEM of the Ed25519 key with this seed of 32 random bytes;
  /// `SSHPrivateKey` and `openssl pkey` read it.
  public static func text(seed: [UInt8]) -> String {
    precondition(seed.count == 32, "an Ed25519 seed has 32 bytes")
    return Armor.encode(prefix + seed, label: "PRIVATE KEY", width: 64)
  }

  /// The DER of version 0, the algorithm 1.3.101.112, and the heads of two octet strings, one in the other.
  private static let prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]
}
