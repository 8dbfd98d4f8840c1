/// Signs through the system's `ssh-keygen -Y sign`: keys in an agent, FIDO keys, keys with a passphrase.
public struct SSHKeygenSigner: Signer {
  /// The key that the signatures must come from.
  public let publicKey: SSHPublicKey
  /// The key file as `ssh-keygen -f` takes it: a private key, or a public one whose private half an agent
  /// holds.
  public let keyPath: String
  /// True where `ssh-keygen` may ask for a passphrase, a PIN or a touch on the terminal.
  public var allowsPrompts = false
  /// How long a signature may take, in milliseconds.
  public var timeout = 60_000
  /// The program, a path or a name in the search path.
  public var program = "ssh-keygen"

  /// What stands in the key file where it is none of the file system's.
  private let keyFile: [UInt8]?
  private let runner: any ProcessRunner

  /// A signer for the key in the file `keyPath`, whose public half the caller has read.
  public init(publicKey: SSHPublicKey, keyPath: String, runner: any ProcessRunner) {
    self.publicKey = publicKey
    self.keyPath = keyPath
    keyFile = nil
    self.runner = runner
  }

  /// A signer for a key that the agent holds, and that no file need hold: `ssh-keygen` finds its public half in a
  /// file without a name.
  public init(inAgent publicKey: SSHPublicKey, runner: any ProcessRunner) {
    self.publicKey = publicKey
    keyPath = ProcessRequest.extraPath
    keyFile = Array((publicKey.openSSHLine + "\n").utf8)
    self.runner = runner
  }

  /// Has `message` signed, and verifies the answer.
  ///
  /// Throws `signerFailed` where `ssh-keygen` could not sign (no agent, wrong passphrase, no touch),
  /// `wrongKey` where another key signed, what `ProcessRunner.run` throws, and what parsing and verifying a
  /// signature throw.
  public func sign(_ message: [UInt8], namespace: String) throws(SigningError) -> SSHSignature {
    try SignedStatement.check(namespace: namespace)
    var request = ProcessRequest(
      program: program, arguments: ["-q", "-Y", "sign", "-n", namespace, "-f", keyPath], input: message)
    request.extraInput = keyFile
    request.allowsPrompts = allowsPrompts
    request.timeout = timeout
    if !allowsPrompts { request.environment["SSH_ASKPASS_REQUIRE"] = "never" }
    let result = try runner.run(request)
    try result.requireSuccess(of: "ssh-keygen")
    let signature = try SSHSignature(armored: result.output)
    guard signature.publicKey == publicKey else {
      throw SigningError(.wrongKey, "ssh-keygen signed with another key than the one asked for")
    }
    try signature.verify(message: message, namespace: namespace)
    return signature
  }
}
