import Testing

@testable import VaultSigning

/// Signatures as a FIDO key would make them (PROTOCOL.u2f), made here by ordinary keys.
@Suite struct SecurityKeyTests {
  private let application = "ssh:"

  @Test(arguments: [KeyKind.ed25519, .p256])
  func `a touched security key's signature is accepted, by ssh-keygen too`(kind: KeyKind) throws {
    let signature = try SSHSignature(blob: signed(kind, flags: 1))
    try signature.verify(message: message, namespace: namespace)
    #expect(signature.publicKey.algorithm.isSecurityKey)
    expectRefusal(.badSignature) { try signature.verify(message: message + [0], namespace: namespace) }
    let folder = try Folder()
    let file = try folder.write(signature.armored, "sig")
    let line = try AllowedSigners.line(
      principal: "alice", key: signature.publicKey, namespaces: [namespace])
    let allowed = try folder.write(line, "allowed")
    _ = try Tool.mustRun(
      "ssh-keygen", ["-Y", "verify", "-f", allowed, "-I", "alice", "-n", namespace, "-s", file],
      input: message)
  }

  @Test(arguments: [KeyKind.ed25519, .p256])
  func `a signature without a touch is refused`(kind: KeyKind) throws {
    for flags in [UInt8(0), 4, 0xfe] {
      let signature = try SSHSignature(blob: signed(kind, flags: flags))
      expectRefusal(.badSignature) { try signature.verify(message: message, namespace: namespace) }
    }
    try SSHSignature(blob: signed(kind, flags: 5)).verify(message: message, namespace: namespace)
  }

  @Test(arguments: [KeyKind.ed25519, .p256])
  func `changed flags or counters and cut signatures are refused`(kind: KeyKind) throws {
    let blob = try signed(kind, flags: 1)
    for back in 1...5 {
      var damaged = blob
      damaged[blob.count - back] ^= back == 5 ? 4 : 1
      let signature = try SSHSignature(blob: damaged)
      expectRefusal(.badSignature) { try signature.verify(message: message, namespace: namespace) }
    }
    for length in 0..<blob.count {
      expectRefusal(.malformed) { try SSHSignature(blob: Array(blob.prefix(length))) }
    }
  }

  @Test func `a security key cannot sign through a program`() throws {
    let key = try SSHSignature(blob: signed(.ed25519, flags: 1)).publicKey
    expectRefusal(.unsupportedAlgorithm) {
      try ProgramSigner(publicKey: key, command: "true", runner: SpawningRunner(environment: [:]))
    }
  }

  private func signed(_ kind: KeyKind, flags: UInt8) throws -> [UInt8] {
    let made = try MadeKey.of(kind)
    let parts = try made.file().withBytes { (text) throws(SigningError) in try PrivateKeyParts(file: text) }
    let name =
      kind == .ed25519
      ? KeyAlgorithm.securityKeyEd25519.rawValue : KeyAlgorithm.securityKeyECDSA.rawValue
    var key = SSHWire.Writer()
    key.string(name)
    key.raw(parts.publicKey.blob.dropFirst(4 + kind.algorithm.rawValue.utf8.count))
    key.string(application)
    let statement = try SignedStatement(namespace: namespace, hash: .sha512, message: message)
    let presence = [flags, 0, 0, 1, 2]
    let covered =
      MessageHash.sha256.digest(of: Array(application.utf8)) + presence
      + MessageHash.sha256.digest(of: statement.bytes)
    let raw = try parts.key.sign(covered, kind.algorithm.signingHash)
    var field = SSHWire.Writer()
    field.string(name)
    field.string(kind == .ed25519 ? raw : try ECDSASignature.ssh(fromDER: raw, .p256))
    field.raw(presence)
    var blob = SSHWire.Writer()
    blob.raw("SSHSIG".utf8)
    blob.uint32(1)
    for string in [key.bytes, Array(namespace.utf8), [], Array("sha512".utf8), field.bytes] {
      blob.string(string)
    }
    return blob.bytes
  }
}
