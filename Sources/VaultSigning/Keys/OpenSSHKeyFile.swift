/// The private key file of OpenSSH (PROTOCOL.key), unencrypted and with one key.
enum OpenSSHKeyFile {
  static let label = "OPENSSH PRIVATE KEY"
  private static let magic = Array("openssh-key-v1\0".utf8)
  /// The block size of the cipher `none`: the private section is padded to a multiple of it.
  private static let blockSize = 8
  private static let maximumLength = SSHPrivateKey.maximumFileLength

  static func read(_ text: UnsafeRawBufferPointer) throws(SigningError) -> PrivateKeyParts {
    let bytes = try Armor.decode(text, label: label, width: nil)
    return try bytes.withBytes { (bytes) throws(SigningError) in try readBinary(bytes) }
  }

  private static func readBinary(_ bytes: UnsafeRawBufferPointer) throws(SigningError) -> PrivateKeyParts {
    var reader = SSHWire.Reader(bytes)
    guard try reader.bytes(magic.count).elementsEqual(magic) else {
      throw SigningError(.malformed, "the file is not an OpenSSH private key of version 1")
    }
    try readCipher(&reader)
    guard try reader.uint32() == 1 else {
      throw SigningError(.malformed, "the file does not hold exactly one key")
    }
    let publicKey = try SSHPublicKey(
      blob: Array(try reader.string(atMost: SSHPublicKey.maximumBlobLength)))
    let secret = try reader.string(atMost: maximumLength)
    try reader.finish()
    guard secret.count % blockSize == 0 else {
      throw SigningError(.malformed, "the private section is not padded to whole blocks")
    }
    return try readSecret(secret, publicKey)
  }

  /// Cipher, key derivation and its options.
  private static func readCipher(_ reader: inout SSHWire.Reader) throws(SigningError) {
    let cipher = try reader.string(atMost: 64)
    let derivation = try reader.string(atMost: 64)
    let options = try reader.string(atMost: 1024)
    guard cipher.equals("none") else {
      throw SigningError(.needsPassphrase, "the private key is encrypted with a passphrase")
    }
    guard derivation.equals("none"), options.isEmpty else {
      throw SigningError(.malformed, "an unencrypted key file names a key derivation")
    }
  }

  private static func readSecret(
    _ bytes: UnsafeRawBufferPointer, _ publicKey: SSHPublicKey
  ) throws(SigningError) -> PrivateKeyParts {
    var reader = SSHWire.Reader(bytes)
    let check = try reader.uint32()
    guard try reader.uint32() == check else {
      throw SigningError(.malformed, "the check numbers of the private section differ")
    }
    let name = try reader.word(atMost: 64)
    guard name == publicKey.algorithm.rawValue else {
      throw SigningError(.invalidKey, "the private half of the key is of another type than the public half")
    }
    let parts = try PrivateFields.read(&reader, publicKey)
    _ = try reader.string(atMost: maximumLength)  // the comment, free text
    try readPadding(&reader)
    return parts
  }

  /// 1, 2, 3 … up to the end of the block.
  private static func readPadding(_ reader: inout SSHWire.Reader) throws(SigningError) {
    guard reader.remaining < blockSize else {
      throw SigningError(.trailingBytes, "bytes follow after the private key")
    }
    var expected: UInt8 = 1
    while reader.remaining > 0 {
      guard try reader.byte() == expected else {
        throw SigningError(.malformed, "the padding of the private section is not 1, 2, 3")
      }
      expected += 1
    }
  }

  /// The file of an Ed25519 key without a passphrase, as `ssh-keygen` writes it.
  static func write(
    _ publicKey: SSHPublicKey, point: [UInt8], seed: [UInt8], _ comment: String
  ) -> [UInt8] {
    var secret = SSHWire.Writer()
    // Equal numbers show a reader that it decrypted; here nothing is encrypted, so any do.
    let check = UInt32(publicKey.blob.count)
    secret.uint32(check)
    secret.uint32(check)
    secret.string(publicKey.algorithm.rawValue)
    secret.string(point)
    secret.string(seed + point)
    secret.string(comment)
    secret.raw((0..<UInt8((blockSize - secret.bytes.count % blockSize) % blockSize)).map { $0 + 1 })
    var file = SSHWire.Writer()
    file.raw(magic)
    file.string("none")
    file.string("none")
    file.string("")
    file.uint32(1)
    file.string(publicKey.blob)
    file.string(secret.bytes)
    return Array(Armor.encode(file.bytes, label: label, width: 70).utf8)
  }
}
