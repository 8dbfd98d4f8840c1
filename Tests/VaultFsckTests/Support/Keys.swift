import VaultCore
import VaultSigning

/// Fixed keys, so that a test's vault has the same bytes in every run.
enum Keys {
  static let root = key(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACDYCW5KSaFWl22F6iKsEybFFuMKa0giHUeFGPgAbUgmCQAAAIi3KCHEtygh
    xAAAAAtzc2gtZWQyNTUxOQAAACDYCW5KSaFWl22F6iKsEybFFuMKa0giHUeFGPgAbUgmCQ
    AAAECxWMWJSIYcwhvFbdwloS82c73jug1HrB/oyYJhULT0ddgJbkpJoVaXbYXqIqwTJsUW
    4wprSCIdR4UY+ABtSCYJAAAABHJvb3QB
    """)
  static let manager = key(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACCzf20YjVY8STNOXjgC2kmkd6Su3p/1osDhAeo1CKibCAAAAJCmR4RtpkeE
    bQAAAAtzc2gtZWQyNTUxOQAAACCzf20YjVY8STNOXjgC2kmkd6Su3p/1osDhAeo1CKibCA
    AAAECI9wc7WC9A9i1vX/zhHOkFJ5vZkY/9Y5N0jX6nAn5Hl7N/bRiNVjxJM05eOALaSaR3
    pK7en/WiwOEB6jUIqJsIAAAAB21hbmFnZXIBAgMEBQY=
    """)
  static let collector = key(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACDBnmBhrFM+sIbkT6vXnzOZOS379/YCXTgo3d6h/NCfeAAAAJBsrrYDbK62
    AwAAAAtzc2gtZWQyNTUxOQAAACDBnmBhrFM+sIbkT6vXnzOZOS379/YCXTgo3d6h/NCfeA
    AAAEAG3pD4JaQb9OJ4eCRgWZB7h2ZY5b0gx5+zSZ+LS7/uPcGeYGGsUz6whuRPq9efM5k5
    Lfv39gJdOCjd3qH80J94AAAACWNvbGxlY3RvcgECAwQ=
    """)
  static let approver = key(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACD0ed62tDbQYh2pJzSxiFMgRR9q4ptvkjm/NPM6WI/SmAAAAJBA4qZsQOKm
    bAAAAAtzc2gtZWQyNTUxOQAAACD0ed62tDbQYh2pJzSxiFMgRR9q4ptvkjm/NPM6WI/SmA
    AAAECB/oScSiL1L5+eiSxsQOPsm0HzeKH2ua4iuAMaylmhPvR53ra0NtBiHaknNLGIUyBF
    H2rim2+SOb808zpYj9KYAAAACGFwcHJvdmVyAQIDBAU=
    """)
  static let stranger = key(
    """
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
    QyNTUxOQAAACCPHBO+TtlP0LK+YnaUJ0BQbUIqdomDimkKRArqLe+NqAAAAJAiBFQBIgRU
    AQAAAAtzc2gtZWQyNTUxOQAAACCPHBO+TtlP0LK+YnaUJ0BQbUIqdomDimkKRArqLe+NqA
    AAAECKuC1WIrGDiIKqQEE7UL854lJQE6YJV1W+5ibpHpREuo8cE75O2U/Qsr5idpQnQFBt
    Qip2iYOKaQpECuot742oAAAACHN0cmFuZ2VyAQIDBAU=
    """)

  private static func key(_ base64: String) -> SSHPrivateKey {
    let file = "-----BEGIN OPENSSH PRIVATE KEY-----\n\(base64)\n-----END OPENSSH PRIVATE KEY-----\n"
    return try! SSHPrivateKey(file: Array(file.utf8))
  }
}

extension SSHPrivateKey {
  /// A signature document over `bytes`.
  func document(_ bytes: [UInt8], _ namespace: String = Commit.signatureNamespace) throws -> SignatureDocument
  {
    SignatureDocument(
      object: ObjectID(of: bytes), namespace: namespace,
      signature: Base64.encode(try sign(bytes, namespace: namespace).blob))
  }
}
