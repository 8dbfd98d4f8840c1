import VaultCore

/// `sample.json`: what lies in the folder of a sample, and which signature is over what (docs/sampling.md).
struct SampleManifest: VaultDocument, Hashable {
  static let documentType = "sample"
  static let name = "sample.json"
  static let limit = 32 << 20
  /// The most records of a folder.
  static let recordLimit = 65_536
  static let fileLimit = 1 << 18

  struct File: Hashable, Sendable {
    let name: String
    let object: ObjectID
    let size: Int
  }

  struct Signature: Hashable, Sendable {
    let document: String
    let file: String
    let namespace: String
    /// The signer's name in `allowed_signers`.
    let principal: String
  }

  let vault: ObjectID
  let period: String
  let files: [File]
  let signatures: [Signature]

  init(vault: ObjectID, period: String, files: [File], signatures: [Signature]) {
    self.vault = vault
    self.period = period
    self.files = files
    self.signatures = signatures
  }

  init(members m: inout Members) throws(FormatError) {
    var files: [File] = []
    for item in try m.array("files", limit: Self.fileLimit) {
      var file = try Members(item, "file")
      files.append(
        File(
          name: try file.text("name", limit: 255), object: try file.objectID("object"),
          size: try file.integer("size")))
      try file.finish()
    }
    guard files.allSatisfy({ Self.isName($0.name) }), Set(files.map(\.name)).count == files.count else {
      throw m.bad("files", "has a name that cannot be, or one twice")
    }
    self.files = files
    period = try m.text("period", limit: 64)
    guard RefName.isPeriodName(period) else { throw m.bad("period", "is no period name") }
    var signatures: [Signature] = []
    for item in try m.array("signatures", limit: Self.fileLimit) {
      var signature = try Members(item, "signature")
      signatures.append(
        Signature(
          document: try signature.text("document", limit: 255), file: try signature.text("file", limit: 255),
          namespace: try signature.text("namespace", limit: 128),
          principal: try signature.text("principal", limit: 255)))
      try signature.finish()
    }
    self.signatures = signatures
    vault = try m.objectID("vault")
    _ = try m.integer("version", 1...1)
  }

  var documentMembers: [(String, CanonicalValue?)] {
    [
      (
        "files",
        .array(
          files.map {
            .make([("name", .string($0.name)), ("object", .id($0.object)), ("size", .integer($0.size))])
          })
      ), ("period", .string(period)),
      (
        "signatures",
        .array(
          signatures.map {
            .make([
              ("document", .string($0.document)), ("file", .string($0.file)),
              ("namespace", .string($0.namespace)), ("principal", .string($0.principal)),
            ])
          })
      ), ("vault", .id(vault)), ("version", .integer(1)),
    ]
  }

  /// Whether a name is one that such a folder may have: one or two plain parts, so that none leads out of it.
  static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != "."
          && part.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
              UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
              UInt8(ascii: "_"):
              true
            default: false
            }
          }
      }
  }
}

/// An inclusion proof as the folder of a sample has it: of a record, an entry or a draw.
struct SampleProof: VaultDocument, Hashable {
  static let documentType = "proof"

  let proof: InclusionProof
  /// SHA-256 of the leaf's bytes, so that the file is found with `sha256sum`.
  let object: ObjectID

  init(_ proof: InclusionProof, of bytes: [UInt8]) {
    self.proof = proof
    object = ObjectID(of: bytes)
  }

  init(members m: inout Members) throws(FormatError) {
    let index = try m.integer("index")
    object = try m.objectID("object")
    let path = try m.merkleHashes("path", limit: 64, orEmpty: true)
    let size = try m.integer("treeSize", 1...CanonicalValue.maxInteger)
    proof = InclusionProof(index: UInt64(index), treeSize: UInt64(size), path: path.map(\.digest))
  }

  var documentMembers: [(String, CanonicalValue?)] {
    [
      ("index", .integer(Int(proof.index))), ("object", .id(object)),
      ("path", proof.path.isEmpty ? nil : .array(proof.path.map { .merkle(MerkleHash($0)) })),
      ("treeSize", .integer(Int(proof.treeSize))),
    ]
  }
}
