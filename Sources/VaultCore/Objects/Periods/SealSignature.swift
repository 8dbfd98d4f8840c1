/// An approver's word over a seal document: a line of the period (docs/format.md, §7.5: seal).
public struct SealSignature: VaultDocument, Hashable {
  public static let documentType = "seal"

  /// The seal document.
  public let document: ObjectID
  /// The fingerprint of the key that signed it.
  public let signer: String
  /// The SSHSIG blob over the document's bytes, in base64.
  public let signature: String

  public init(document: ObjectID, signer: String, signature: String) {
    self.document = document
    self.signer = signer
    self.signature = signature
  }

  public init(members m: inout Members) throws(FormatError) {
    document = try m.objectID("document")
    signature = try m.text("signature", limit: SignatureDocument.limit)
    signer = try m.text("signer", limit: 128)
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("document", .id(document)), ("signature", .string(signature)), ("signer", .string(signer))]
  }
}
