import Testing
import VaultSigning

@Suite struct InteroperabilityTests {
  @Test(arguments: KeyKind.allCases)
  func `ssh-keygen accepts what is signed in this process`(kind: KeyKind) throws {
    let made = try MadeKey.of(kind)
    let signature = try made.privateKey().sign(message, namespace: namespace)
    try signature.verify(message: message, namespace: namespace)
    let outcome = try verifyWithKeygen(signature.armored, made.publicKey(), namespace: namespace)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let other = try verifyWithKeygen(signature.armored, made.publicKey(), namespace: "seal@vault.test")
    #expect(other.status != 0)
  }

  @Test(arguments: KeyKind.allCases, ["sha256", "sha512"])
  func `what ssh-keygen signs is accepted here`(kind: KeyKind, hash: String) throws {
    let made = try MadeKey.of(kind)
    let text = try Tool.mustRun(
      "ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-O", "hashalg=\(hash)", "-f", made.path],
      input: message
    ).text
    let signature = try SSHSignature(armored: text)
    try signature.verify(message: message, namespace: namespace)
    #expect(signature.publicKey == (try made.publicKey()))
    #expect(signature.armored == text)
    #expect(try SSHSignature(blob: signature.blob) == signature)
    expectRefusal(.wrongNamespace) { try signature.verify(message: message, namespace: "file") }
    expectRefusal(.badSignature) { try signature.verify(message: [], namespace: namespace) }
  }

  @Test func `ed25519 signatures are the bytes that ssh-keygen makes`() throws {
    let made = try MadeKey.of(.ed25519)
    let text = try Tool.mustRun(
      "ssh-keygen", ["-q", "-Y", "sign", "-n", namespace, "-f", made.path], input: message
    ).text
    #expect(try made.privateKey().sign(message, namespace: namespace).armored == text)
  }

  @Test(arguments: KeyKind.allCases)
  func `public lines and fingerprints are those of ssh-keygen`(kind: KeyKind) throws {
    let made = try MadeKey.of(kind)
    let key = try made.publicKey()
    #expect(key.algorithm == kind.algorithm)
    #expect(try made.publicLine() == key.openSSHLine + " a comment\n")
    #expect(try made.privateKey().publicKey == key)
    #expect(try SSHPublicKey(blob: key.blob) == key)
    let listed = try Tool.mustRun("ssh-keygen", ["-l", "-f", made.path]).text
    #expect(listed.split(separator: " ")[1] == key.fingerprint)
  }

  private func verifyWithKeygen(
    _ armored: String, _ key: SSHPublicKey, namespace used: String
  ) throws -> Tool.Outcome {
    let folder = try Folder()
    let line = try AllowedSigners.line(
      principal: "alice@example.org", key: key, namespaces: [namespace, "seal@vault.test"])
    let allowed = try folder.write(line, "allowed")
    let signature = try folder.write(armored, "sig")
    return try Tool.run(
      "ssh-keygen",
      ["-Y", "verify", "-f", allowed, "-I", "alice@example.org", "-n", used, "-s", signature], input: message)
  }
}
