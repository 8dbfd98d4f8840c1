/// What a signature is made over (PROTOCOL.sshsig §3): the magic, the namespace, the message's hash.
struct SignedStatement {
  let namespace: String
  let hash: MessageHash
  /// The bytes to be signed.
  let bytes: [UInt8]

  static let magic = Array("SSHSIG".utf8)
  static let maximumNamespaceLength = 255

  /// The statement that `message` was signed for `namespace`.
  init(namespace: String, hash: MessageHash, message: [UInt8]) throws(SigningError) {
    try Self.check(namespace: namespace)
    self.namespace = namespace
    self.hash = hash
    var writer = SSHWire.Writer()
    writer.raw(Self.magic)
    writer.string(namespace)
    writer.string("")
    writer.string(hash.rawValue)
    writer.string(hash.digest(of: message))
    bytes = writer.bytes
  }

  /// Refuses namespaces that are empty, longer than 255 bytes, or not printable ASCII without spaces.
  static func check(namespace: String) throws(SigningError) {
    guard !namespace.isEmpty, namespace.utf8.count <= maximumNamespaceLength,
      printableASCII(namespace.utf8) != nil
    else {
      throw SigningError(.invalidNamespace, "a namespace is 1 to 255 printable characters without spaces")
    }
  }
}
