import Testing

@testable import VaultSigning

@Suite struct PrivateKeyTests {
  @Test(arguments: KeyKind.allCases)
  func `a key file cut at any length is refused`(kind: KeyKind) throws {
    let file = try MadeKey.of(kind).file()
    for length in 0..<file.count - 1 {
      expectRefusal(.malformed) { try SSHPrivateKey(file: Array(file.prefix(length))) }
    }
    _ = try SSHPrivateKey(file: Array(file.dropLast()))
    expectRefusal(.malformed) { try SSHPrivateKey(file: file + [10]) }
  }

  @Test(arguments: KeyKind.allCases)
  func `a key whose bytes are cut or changed never signs for another key`(kind: KeyKind) throws {
    let key = try MadeKey.of(kind).publicKey()
    let binary = try binary(try MadeKey.of(kind).file())
    for index in 0..<binary.count {
      expectRefusal { try SSHPrivateKey(file: armored(Array(binary.prefix(index)))) }
      var damaged = binary
      damaged[index] ^= UInt8(1 << (index % 8))
      // only the comment and the equal check numbers may differ
      guard let read = try? SSHPrivateKey(file: armored(damaged)) else { continue }
      #expect(read.publicKey == key)
      try read.sign(message, namespace: namespace).verify(message: message, namespace: namespace)
    }
    expectRefusal(.trailingBytes) { try SSHPrivateKey(file: armored(binary + [0])) }
  }

  @Test(arguments: [KeyKind.ed25519, .p256, .rsa3072])
  func `an encrypted key is refused by name`(kind: KeyKind) throws {
    let made = try MadeKey(kind.arguments, passphrase: "a passphrase")
    expectRefusal(.needsPassphrase) { try made.privateKey() }
  }

  @Test func `RSA keys below 3072 bits are refused`() throws {
    let made = try MadeKey(["-t", "rsa", "-b", "2048"])
    expectRefusal(.weakKey) { try made.privateKey() }
    expectRefusal(.weakKey) { try made.publicKey() }
  }

  @Test func `keys of types that are not accepted are refused by name`() throws {
    let made = try MadeKey(["-t", "ecdsa", "-b", "521"])
    expectRefusal(.unsupportedAlgorithm) { try made.privateKey() }
    expectRefusal(.unsupportedAlgorithm) { try made.publicKey() }
  }

  @Test(arguments: [KeyKind.p256, .p384, .rsa3072], ["PEM", "PKCS8"])
  func `PEM files give the same key`(kind: KeyKind, format: String) throws {
    let made = try MadeKey(kind.arguments)
    let key = try made.publicKey()
    _ = try Tool.mustRun(
      "ssh-keygen", ["-q", "-p", "-P", "", "-N", "", "-m", format, "-f", made.path])
    let read = try made.privateKey()
    #expect(read.publicKey == key)
    try read.sign(message, namespace: namespace).verify(message: message, namespace: namespace)
    let file = try made.file()
    for length in 0..<file.count - 1 {
      expectRefusal { try SSHPrivateKey(file: Array(file.prefix(length))) }
    }
    _ = try Tool.mustRun(
      "ssh-keygen", ["-q", "-p", "-P", "", "-N", "a passphrase", "-m", format, "-f", made.path])
    expectRefusal(.needsPassphrase) { try made.privateKey() }
  }

  @Test func `an ed25519 key from openssl signs`() throws {
    let pem = try Tool.mustRun("openssl", ["genpkey", "-algorithm", "ed25519"]).output
    let key = try SSHPrivateKey(file: pem)
    #expect(key.publicKey.algorithm == .ed25519)
    try key.sign(message, namespace: namespace).verify(message: message, namespace: namespace)
  }

  @Test(arguments: [
    ["genpkey", "-algorithm", "x25519"], ["genpkey", "-algorithm", "ed448"],
    ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
  ])
  func `PEM keys of types that are not accepted are refused by name`(arguments: [String]) throws {
    let pem = try Tool.mustRun("openssl", arguments).output
    expectRefusal(.unsupportedAlgorithm) { try SSHPrivateKey(file: pem) }
  }

  @Test func `RSA numbers that do not belong together are refused`() throws {
    let number = { (value: UInt64) in
      try withUnsafeBytes(of: value.bigEndian) { try BigNumber($0) }
    }
    let sound = [3233, 17, 413, 38, 61, 53]  // n, e, d, 1/q, p, q
    for wrong in 0..<6 {
      var values = sound
      values[wrong] += 2
      let n = try values.map { try number(UInt64($0)) }
      expectRefusal(.invalidKey) {
        try EVPKey.rsa(
          RSANumbers(
            modulus: n[0], publicExponent: n[1], privateExponent: n[2], coefficient: n[3], prime1: n[4],
            prime2: n[5]))
      }
    }
  }

  private func binary(_ file: [UInt8]) throws -> [UInt8] {
    try file.withBytes { (text) throws(SigningError) in
      try Armor.decode(text, label: OpenSSHKeyFile.label, width: 70)
        .withBytes { (bytes) throws(SigningError) in Array(bytes) }
    }
  }

  private func armored(_ binary: [UInt8]) -> [UInt8] {
    Array(Armor.encode(binary, label: OpenSSHKeyFile.label, width: 70).utf8)
  }
}
