/// The keys that an ssh-agent holds, as `ssh-add -L` lists them.
public enum AgentKeys {
  /// A key in the agent.
  public struct Held: Sendable {
    /// The key; an error where it is of no kind that the vault accepts.
    public let key: Result<SSHPublicKey, SigningError>
    /// The type that the agent names, for example `ssh-ed25519`.
    public let type: String
    public let comment: String
  }

  /// The keys of the agent that `SSH_AUTH_SOCK` of the runner's environment names, in its order.
  ///
  /// Throws `signerFailed` where no agent answers, and what `ProcessRunner.run` throws.
  public static func list(_ runner: any ProcessRunner) throws(SigningError) -> [Held] {
    var request = ProcessRequest(program: "ssh-add", arguments: ["-L"], input: [])
    request.timeout = 10_000
    request.outputLimit = 1 << 20
    let result = try runner.run(request)
    // ssh-add(1): 1 where the agent holds nothing, 2 where it does not answer.
    if result.ending == .exited(1) { return [] }
    try result.requireSuccess(of: "ssh-add")
    return result.output.split(separator: UInt8(ascii: "\n")).map(held)
  }

  private static func held(_ line: ArraySlice<UInt8>) -> Held {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2).map {
      String(decoding: $0, as: UTF8.self)
    }
    let key = Result { () throws(SigningError) in
      try SSHPublicKey(openSSHLine: words.prefix(2).joined(separator: " "))
    }
    return Held(key: key, type: words.first ?? "", comment: words.count > 2 ? words[2] : "")
  }
}
