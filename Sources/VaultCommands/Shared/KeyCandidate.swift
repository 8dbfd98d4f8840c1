import VaultSigning

/// A key that might sign here, and whether it can; found without signing.
struct KeyCandidate {
  let origin: SigningOptions.Origin
  /// The file as the user named it.
  var file: String?
  /// The agent's comment.
  var comment: String?
  /// The key's type, also of one that is not accepted.
  var type: String?
  var key: SSHPublicKey?
  /// What signs with it: `vault`, `ssh-keygen`, `agent` or `program`.
  var through: String?
  var needsPassphrase = false
  /// What is not as it should be, and does not keep it from signing.
  var warning: String?
  /// Why it cannot sign; nil where it can.
  var problem: String?

  /// Whether it is one of those that would sign.
  var signs = false

  /// The file, else the agent's comment.
  var name: String { file ?? comment ?? "" }
  var isUsable: Bool { problem == nil }
}
