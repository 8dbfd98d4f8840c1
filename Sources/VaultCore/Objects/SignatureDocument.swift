/// A signature as an object of its own, so that a document's id does not depend on who signed it.
public struct SignatureDocument: VaultDocument, Hashable {
  public static let documentType = "signature"

  /// The document that is signed.
  public let object: ObjectID
  /// The SSHSIG namespace, one for each type of document.
  public let namespace: String
  /// The SSHSIG blob (OpenSSH PROTOCOL.sshsig) in padded base64 on one line.
  public let signature: String

  /// The bytes that a signature document may have.
  public static let limit = 16 << 10

  public init(object: ObjectID, namespace: String, signature: String) {
    self.object = object
    self.namespace = namespace
    self.signature = signature
  }

  public init(members m: inout Members) throws(FormatError) {
    guard try m.text("format") == "sshsig" else { throw m.bad("format", "is not \"sshsig\"") }
    namespace = try m.text("namespace", limit: 128)
    object = try m.objectID("object")
    signature = try m.text("signature", limit: Self.limit)
    _ = try m.integer("version", 1...1)
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("format", .string("sshsig")), ("namespace", .string(namespace)), ("object", .id(object)),
      ("signature", .string(signature)), ("version", .integer(1)),
    ]
  }
}
