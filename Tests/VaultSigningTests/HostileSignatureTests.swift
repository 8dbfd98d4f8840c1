import Testing

@testable import VaultSigning

@Suite struct HostileSignatureTests {
  private func signature(_ kind: KeyKind) throws -> SSHSignature {
    try MadeKey.of(kind).privateKey().sign(message, namespace: namespace)
  }

  @Test(arguments: KeyKind.allCases)
  func `a flipped bit anywhere in a signature is refused`(kind: KeyKind) throws {
    let blob = try signature(kind).blob
    let key = try MadeKey.of(kind).publicKey()
    for index in blob.indices {
      var damaged = blob
      damaged[index] ^= UInt8(1 << (index % 8))
      expectRefusal {
        let parsed = try SSHSignature(blob: damaged)
        #expect(parsed.blob == damaged)
        guard parsed.publicKey == key else { throw SigningError(.wrongKey, "another key") }
        try parsed.verify(message: message, namespace: namespace)
      }
    }
  }

  @Test(arguments: KeyKind.allCases)
  func `a flipped bit anywhere in a message is refused`(kind: KeyKind) throws {
    let signature = try signature(kind)
    for index in message.indices {
      var damaged = message
      damaged[index] ^= UInt8(1 << (index % 8))
      expectRefusal(.badSignature) { try signature.verify(message: damaged, namespace: namespace) }
    }
    expectRefusal(.badSignature) { try signature.verify(message: message + [0], namespace: namespace) }
  }

  @Test(arguments: KeyKind.allCases)
  func `a signature cut at any length is refused`(kind: KeyKind) throws {
    let blob = try signature(kind).blob
    for length in 0..<blob.count {
      expectRefusal(.malformed) { try SSHSignature(blob: Array(blob.prefix(length))) }
    }
  }

  @Test func `a signature with trailing bytes is refused`() throws {
    let signature = try signature(.ed25519)
    expectRefusal(.trailingBytes) { try SSHSignature(blob: signature.blob + [0]) }
  }

  @Test func `armor that ssh-keygen would not write is refused`() throws {
    let text = try signature(.ed25519).armored
    _ = try SSHSignature(armored: String(text.dropLast()))
    for wrong in [
      "", "\n", text + "\n", "\n" + text, text + text, String(text.dropLast(2)),
      text.replacing("\n", with: "\r\n"), text.replacing("SSH SIGNATURE", with: "SSH2 SIGNATURE"),
      text.replacing("U1NIU0lH", with: "U1NIU0lH\n"), text.replacing("U1NIU0lH", with: "U1NI U0lH"),
    ] {
      expectRefusal(.malformed) { try SSHSignature(armored: wrong) }
    }
  }

  @Test func `SHA-1 and other people's algorithms are refused`() throws {
    let rsa = try signature(.rsa3072)
    for name in ["ssh-rsa", "rsa-sha1", "ssh-ed25519", "rsa-sha2-512-cert-v01@openssh.com"] {
      expectRefusal(.unsupportedAlgorithm) { try SSHSignature(blob: packed(rsa, algorithm: name)) }
    }
    expectRefusal(.unsupportedAlgorithm) { try SSHSignature(blob: packed(rsa, hash: "sha1")) }
    expectRefusal(.unsupportedAlgorithm) { try SSHSignature(blob: packed(rsa, hash: "sha384")) }
    _ = try SSHSignature(blob: packed(rsa))
    // the same bytes under the other accepted name parse, and then do not verify
    let renamed = try SSHSignature(blob: packed(rsa, algorithm: "rsa-sha2-256"))
    expectRefusal(.badSignature) { try renamed.verify(message: message, namespace: namespace) }
  }

  @Test func `a reserved field, an empty namespace or another version is refused`() throws {
    let signature = try signature(.ed25519)
    expectRefusal(.malformed) { try SSHSignature(blob: packed(signature, reserved: "x")) }
    expectRefusal(.invalidNamespace) { try SSHSignature(blob: packed(signature, namespace: "")) }
    expectRefusal(.invalidNamespace) { try SSHSignature(blob: packed(signature, namespace: "a b")) }
    expectRefusal(.invalidNamespace) { try SSHSignature(blob: packed(signature, namespace: "a\0")) }
    expectRefusal(.unsupportedVersion) { try SSHSignature(blob: packed(signature, version: 2)) }
    #expect(try packed(signature) == signature.blob)
  }

  @Test func `nothing is signed for an empty or unprintable namespace`() throws {
    let key = try MadeKey.of(.ed25519).privateKey()
    for wrong in ["", "a b", "a\n", "é", String(repeating: "a", count: 256)] {
      expectRefusal(.invalidNamespace) { try key.sign(message, namespace: wrong) }
    }
  }

  /// The signature's fields packed again, some of them changed.
  private func packed(
    _ signature: SSHSignature, algorithm: String? = nil, hash: String = "sha512", reserved: String = "",
    namespace: String = namespace, version: UInt32 = 1
  ) throws -> [UInt8] {
    let key = signature.publicKey
    var inner = SSHWire.Writer()
    inner.string(algorithm ?? key.algorithm.signatureAlgorithm)
    inner.string(signature.keySignature.raw)
    var outer = SSHWire.Writer()
    outer.raw("SSHSIG".utf8)
    outer.uint32(version)
    outer.string(key.blob)
    outer.string(namespace)
    outer.string(reserved)
    outer.string(hash)
    outer.string(inner.bytes)
    return outer.bytes
  }
}
