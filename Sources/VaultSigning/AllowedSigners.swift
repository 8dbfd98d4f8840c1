/// Writes the file that `ssh-keygen -Y verify -f` reads (ssh-keygen(1), ALLOWED SIGNERS).
public enum AllowedSigners {
  /// One line with its line end: the principal, the namespaces its key may sign for, the key.
  ///
  /// Throws `invalidPrincipal` for a name, and `invalidNamespace` for a namespace, that is empty, longer than
  /// 255 bytes, not printable ASCII, or holds a space, a quote, a backslash or a character that patterns
  /// give a meaning (`*`, `?`, `!`, `,`, a leading `#`); also where there is no namespace, since such a line
  /// would allow all of them.
  public static func line(
    principal: String, key: SSHPublicKey, namespaces: [String]
  ) throws(SigningError) -> String {
    guard isLiteral(principal) else {
      throw SigningError(.invalidPrincipal, "the name cannot stand in an allowed-signers file")
    }
    guard !namespaces.isEmpty, namespaces.allSatisfy(isLiteral) else {
      throw SigningError(.invalidNamespace, "the namespaces cannot stand in an allowed-signers file")
    }
    let list = namespaces.joined(separator: ",")
    return "\(principal) namespaces=\"\(list)\" \(key.openSSHLine)\n"
  }

  private static func isLiteral(_ text: String) -> Bool {
    let refused = Array("\"'`\\*?!,".utf8)
    return (1...255).contains(text.utf8.count) && printableASCII(text.utf8) != nil
      && text.utf8.first != UInt8(ascii: "#") && !text.utf8.contains(where: refused.contains)
  }
}
