/// Signs through a program of the user's: the way to keys in a cloud's key management or an HSM.
///
/// `/bin/sh -c COMMAND` runs with the bytes to be signed on standard input: the SSHSIG statement
/// (PROTOCOL.sshsig §3: magic, namespace, reserved, `sha512`, SHA-512 of the message), never the message
/// itself, so the input stays below 1 KiB. On standard output the program writes the raw signature of
/// exactly these bytes, and nothing else:
///
/// | `VAULT_SIGN_ALGORITHM` | signature |
/// |---|---|
/// | `ssh-ed25519` | pure Ed25519 (RFC 8032), 64 bytes |
/// | `ecdsa-sha2-nistp256` | ECDSA with SHA-256, DER |
/// | `ecdsa-sha2-nistp384` | ECDSA with SHA-384, DER |
/// | `rsa-sha2-512` | RSASSA-PKCS1-v1_5 with SHA-512, as long as the modulus |
///
/// `VAULT_SIGN_NAMESPACE` says what kind of document it is. The program runs without a terminal.
public struct ProgramSigner: Signer {
  /// The key that the signatures must come from.
  public let publicKey: SSHPublicKey
  /// What the shell runs.
  public let command: String
  /// How long a signature may take, in milliseconds.
  public var timeout = 60_000

  private let runner: any ProcessRunner

  /// A signer for `publicKey`, whose private half `command` can use.
  ///
  /// Throws `unsupportedAlgorithm` for a security key: those sign through `SSHKeygenSigner`.
  public init(
    publicKey: SSHPublicKey, command: String, runner: any ProcessRunner
  ) throws(SigningError) {
    guard !publicKey.algorithm.isSecurityKey else {
      throw SigningError(.unsupportedAlgorithm, "a security key signs through ssh-keygen only")
    }
    self.publicKey = publicKey
    self.command = command
    self.runner = runner
  }

  /// Has `message` signed, and verifies the answer.
  ///
  /// Throws `signerFailed` where the program failed, `malformed` where it wrote something else than a
  /// signature, `badSignature` where it signed other bytes or with another key, and what
  /// `ProcessRunner.run` throws.
  public func sign(_ message: [UInt8], namespace: String) throws(SigningError) -> SSHSignature {
    let statement = try SignedStatement(namespace: namespace, hash: .sha512, message: message)
    var request = ProcessRequest(
      program: "/bin/sh", arguments: ["-c", command], input: statement.bytes)
    request.timeout = timeout
    request.environment = [
      "VAULT_SIGN_NAMESPACE": namespace,
      "VAULT_SIGN_ALGORITHM": publicKey.algorithm.signatureAlgorithm,
    ]
    let result = try runner.run(request)
    try result.requireSuccess(of: "the signer program")
    let signature = try SSHSignature(raw: result.output, publicKey: publicKey, statement: statement)
    try signature.verify(message: message, namespace: namespace)
    return signature
  }
}
