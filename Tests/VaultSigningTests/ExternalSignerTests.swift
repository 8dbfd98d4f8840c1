import Foundation
import Testing
import VaultSigning

/// The variables of this process, with changes.
private func runner(_ changes: [String: String] = [:]) -> SpawningRunner {
  var variables = ProcessInfo.processInfo.environment
  for name in ["SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY"] { variables[name] = nil }
  return SpawningRunner(environment: variables.merging(changes) { $1 })
}

@Suite struct SSHKeygenSignerTests {
  @Test(arguments: KeyKind.allCases)
  func `a plain key file signs`(kind: KeyKind) throws {
    let made = try MadeKey.of(kind)
    let signer = SSHKeygenSigner(publicKey: try made.publicKey(), keyPath: made.path, runner: runner())
    let signature = try signer.sign(message, namespace: namespace)
    try signature.verify(message: message, namespace: namespace)
  }

  @Test(arguments: [KeyKind.ed25519, .p256, .rsa3072])
  func `a key that only an agent holds signs`(kind: KeyKind) throws {
    let made = try MadeKey(kind.arguments)
    let agent = try Agent(holding: made.path)
    try FileManager.default.removeItem(atPath: made.path)
    let path = made.path + ".pub"
    let key = try made.publicKey()
    let signer = SSHKeygenSigner(
      publicKey: key, keyPath: path, runner: runner(["SSH_AUTH_SOCK": agent.socket]))
    let signature = try signer.sign(message, namespace: namespace)
    #expect(signature.publicKey == key)
    let alone = SSHKeygenSigner(publicKey: key, keyPath: path, runner: runner())
    expectRefusal(.signerFailed) { try alone.sign(message, namespace: namespace) }
  }

  @Test(arguments: [KeyKind.ed25519, .p384, .rsa3072])
  func `a key that only an agent holds signs without any file`(kind: KeyKind) throws {
    let made = try MadeKey(kind.arguments)
    let agent = try Agent(holding: made.path)
    let key = try made.publicKey()
    try FileManager.default.removeItem(atPath: made.path)
    try FileManager.default.removeItem(atPath: made.path + ".pub")
    let inAgent = SSHKeygenSigner(inAgent: key, runner: runner(["SSH_AUTH_SOCK": agent.socket]))
    try inAgent.sign(message, namespace: namespace).verify(message: message, namespace: namespace)
    let other = SSHKeygenSigner(
      inAgent: try MadeKey.of(.p256).publicKey(), runner: runner(["SSH_AUTH_SOCK": agent.socket]))
    expectRefusal(.signerFailed) { try other.sign(message, namespace: namespace) }
  }

  @Test func `a passphrase is asked for only where that is allowed`() throws {
    let made = try MadeKey(["-t", "ed25519"], passphrase: "open sesame")
    let ask = try made.folder.write("#!/bin/sh\necho open sesame\n", "ask")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: ask)
    let asking = runner(["SSH_ASKPASS": ask, "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"])
    var signer = SSHKeygenSigner(publicKey: try made.publicKey(), keyPath: made.path, runner: asking)
    expectRefusal(.signerFailed) { try signer.sign(message, namespace: namespace) }
    signer.allowsPrompts = true
    try signer.sign(message, namespace: namespace).verify(message: message, namespace: namespace)
  }

  @Test func `a signature by another key is refused`() throws {
    let made = try MadeKey.of(.ed25519)
    let other = try MadeKey.of(.p256).publicKey()
    let signer = SSHKeygenSigner(publicKey: other, keyPath: made.path, runner: runner())
    expectRefusal(.wrongKey) { try signer.sign(message, namespace: namespace) }
  }

  @Test func `a namespace that looks like an option or is empty is no option`() throws {
    let made = try MadeKey.of(.ed25519)
    let signer = SSHKeygenSigner(publicKey: try made.publicKey(), keyPath: made.path, runner: runner())
    let signature = try signer.sign(message, namespace: "-Overbose")
    #expect(signature.namespace == "-Overbose")
    expectRefusal(.invalidNamespace) { try signer.sign(message, namespace: "") }
  }

  @Test func `an answer that is no signature of these bytes is refused`() throws {
    let made = try MadeKey.of(.ed25519)
    let other = try made.privateKey().sign([1], namespace: namespace).armored
    for (text, code) in [("", SigningError.Code.malformed), ("hello", .malformed), (other, .badSignature)] {
      let fake = Fixed(result: ProcessResult(ending: .exited(0), output: Array(text.utf8), errorOutput: []))
      let signer = SSHKeygenSigner(publicKey: try made.publicKey(), keyPath: made.path, runner: fake)
      expectRefusal(code) { try signer.sign(message, namespace: namespace) }
    }
  }
}

@Suite struct ProgramSignerTests {
  @Test(arguments: KeyKind.allCases)
  func `openssl can be the signer program`(kind: KeyKind) throws {
    let made = try MadeKey(kind.arguments)
    let key = try made.publicKey()
    _ = try Tool.mustRun("openssl", ["version"])
    let pem = try pem(made, kind)
    let command =
      switch kind {
      case .ed25519: "cat >payload && openssl pkeyutl -sign -rawin -inkey \(pem) -in payload"
      case .p384: "openssl dgst -sha384 -sign \(pem)"
      case .p256: "openssl dgst -sha256 -sign \(pem)"
      case .rsa3072, .rsa4096: "openssl dgst -sha512 -sign \(pem) /dev/stdin"
      }
    let signer = try ProgramSigner(
      publicKey: key, command: "cd \(made.folder.path) && " + command, runner: runner())
    let signature = try signer.sign(message, namespace: namespace)
    try signature.verify(message: message, namespace: namespace)
    #expect(try SSHSignature(armored: signature.armored) == signature)
  }

  @Test func `the program is told what it signs`() throws {
    let folder = try Folder()
    let key = try MadeKey.of(.rsa3072).publicKey()
    let signer = try ProgramSigner(
      publicKey: key,
      command: "cd \(folder.path) && cat >in && echo \"$VAULT_SIGN_NAMESPACE $VAULT_SIGN_ALGORITHM\" >told",
      runner: runner())
    expectRefusal(.malformed) { try signer.sign(message, namespace: namespace) }
    #expect(String(decoding: try folder.read("told"), as: UTF8.self) == "\(namespace) rsa-sha2-512\n")
    let input = try folder.read("in")
    #expect(input.starts(with: Array("SSHSIG".utf8)) && input.count == 6 + 4 + 17 + 4 + 4 + 6 + 4 + 64)
  }

  @Test func `a program that fails, lies or babbles is refused`() throws {
    let key = try MadeKey.of(.ed25519).publicKey()
    let cases: [(String, SigningError.Code)] = [
      ("exit 1", .signerFailed), ("kill -9 $$", .signerFailed), ("true", .malformed),
      ("head -c 64 /dev/zero", .badSignature), ("head -c 65 /dev/zero", .malformed), ("yes", .outputTooLarge),
    ]
    for (command, code) in cases {
      let signer = try ProgramSigner(publicKey: key, command: command, runner: runner())
      expectRefusal(code) { try signer.sign(message, namespace: namespace) }
    }
    let curve = try MadeKey.of(.p256).publicKey()
    for octal in ["060\\006\\002\\001\\001\\002\\001\\001", "060\\006\\002\\001\\000\\002\\001\\001", "060"] {
      let signer = try ProgramSigner(publicKey: curve, command: "printf '\\\(octal)'", runner: runner())
      expectRefusal(.malformed, .badSignature) { try signer.sign(message, namespace: namespace) }
    }
  }

  /// The private key as a PEM file that openssl reads.
  private func pem(_ made: MadeKey, _ kind: KeyKind) throws -> String {
    guard kind == .ed25519 else {
      _ = try Tool.mustRun(
        "ssh-keygen", ["-q", "-p", "-P", "", "-N", "", "-m", "PKCS8", "-f", made.path])
      return made.path
    }
    // ssh-keygen writes no PKCS#8 for Ed25519: RFC 8410 §7 by hand
    let binary = try made.file()
    let text = String(decoding: binary, as: UTF8.self).split(separator: "\n").dropFirst().dropLast().joined()
    let bytes = Array(try #require(Data(base64Encoded: text)))
    let start = try #require(bytes.firstRange(of: [0, 0, 0, 64])?.upperBound)
    let der: [UInt8] =
      [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32] + bytes[start..<start + 32]
    let body = Data(der).base64EncodedString()
    return try made.folder.write("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n", "pem")
  }
}

/// Answers every run with the same result.
private struct Fixed: ProcessRunner {
  let result: ProcessResult

  func run(_ request: ProcessRequest) throws(SigningError) -> ProcessResult { result }
}

/// A real ssh-agent that holds one key.
private final class Agent {
  let socket: String
  private let folder: Folder
  private let process: pid_t

  init(holding key: String) throws {
    folder = try Folder()
    socket = folder.file("agent")
    let told = try Tool.mustRun("ssh-agent", ["-s", "-a", socket]).text
    let number = try #require(told.firstMatch(of: /SSH_AGENT_PID=([0-9]+);/)?.output.1)
    process = try #require(pid_t(number))
    _ = try Tool.mustRun("ssh-add", ["-q", key], environment: ["SSH_AUTH_SOCK": socket])
  }

  deinit { kill(process, SIGTERM) }
}
