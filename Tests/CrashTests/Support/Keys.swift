import VaultSigning

/// Keys made for these tests; Ed25519, so that the same run signs the same bytes.
enum Keys {
  static let root = make(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACBcD/c+3rqJMBgrdedf6Gh1rk3NxqOk8qg5pcwmjWaRJAAAAIguQyL4LkMi
    +AAAAAtzc2gtZWQyNTUxOQAAACBcD/c+3rqJMBgrdedf6Gh1rk3NxqOk8qg5pcwmjWaRJA
    AAAEADTwVu8LkAaRCsAsx4K8/7Wy/z8CuAy/TfkFImtXFVc1wP9z7euokwGCt151/oaHWu
    Tc3Go6TyqDmlzCaNZpEkAAAABHJvb3QB
    """)
  static let collector = make(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACAaTeqg4VzCIPxPi7FrxPw3eMvGfU2pqzbYx7bIXb/wdAAAAIiWulJqlrpS
    agAAAAtzc2gtZWQyNTUxOQAAACAaTeqg4VzCIPxPi7FrxPw3eMvGfU2pqzbYx7bIXb/wdA
    AAAEBbUbn4xT8LDiqXYuW43BFF93HN2UjHiiV4Jekvy0JL5BpN6qDhXMIg/E+LsWvE/Dd4
    y8Z9TamrNtjHtshdv/B0AAAABWFsaWNl
    """)

  /// Another root key.
  static let second: SSHPrivateKey = {
    let file = try? NoteSigner.keyFile(seed: [UInt8](repeating: 3, count: 32), comment: "second")
    guard let file, let key = try? SSHPrivateKey(file: file) else { preconditionFailure("a sound key") }
    return key
  }()

  private static func make(_ body: String) -> SSHPrivateKey {
    let armor = "-----BEGIN OPENSSH PRIVATE KEY-----\n\(body)\n-----END OPENSSH PRIVATE KEY-----\n"
    guard let key = try? SSHPrivateKey(file: Array(armor.utf8)) else { preconditionFailure("a sound key") }
    return key
  }
}
