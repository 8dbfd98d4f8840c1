import VaultCore
import VaultSigning
import VaultStore

/// The files of a sample's folder, from what they prove; the same content gives the same bytes.
public struct SampleFiles: Sendable {
  /// Names and bytes, in the order in which they are listed.
  public private(set) var files: [(name: String, bytes: [UInt8])] = []
  /// `sample.json`, which names all others and is written last.
  public var manifest: [UInt8] {
    SampleManifest(
      vault: content.vault, period: content.period,
      files: files.filter { $0.name != Workpaper.name }.map {
        SampleManifest.File(name: $0.name, object: ObjectID(of: $0.bytes), size: $0.bytes.count)
      }, signatures: signatures
    ).encoded()
  }

  private let content: SampleContent
  private(set) var signatures: [SampleManifest.Signature] = []

  /// The files that prove `content`; `workpaper` is the one to be filled.
  public init(_ content: SampleContent, workpaper: Workpaper) throws {
    self.content = content
    let names = try SampleSigners(content)
    add("README", Array(SampleReadme.text(content).utf8))
    add(VerifyProgram.name, Array(VerifyProgram.text.utf8))
    add(Workpaper.name, workpaper.encoded())
    add(SampleSigners.fileName, try names.allowedSigners())
    for (index, document) in content.trust.enumerated() {
      let number = String(index + 1)
      let place = "trust/" + String(repeating: "0", count: max(0, 6 - number.utf8.count)) + number
      try add(document, place, Trust.signatureNamespace, names)
    }
    try add(content.commit, "population/commit", Commit.signatureNamespace, names)
    add(content.entry, "population/entry")
    if let receipt = content.receipt { add("population/receipt.json", receipt) }
    if let drawn = content.drawn {
      try add(drawn.commit, "draw/commit", Commit.signatureNamespace, names)
      add(drawn.draw, "draw/draw")
      if let extended = drawn.extended { add(extended, "draw/extended") }
    }
    addRecords()
  }

  private mutating func add(_ name: String, _ bytes: [UInt8]) { files.append((name, bytes)) }

  private mutating func add(
    _ document: SampleContent.Signed, _ place: String, _ namespace: String, _ names: SampleSigners
  ) throws {
    add(place + ".json", document.bytes)
    for (index, signature) in document.signatures.enumerated() {
      let file = "\(place).\(index + 1).sig"
      add(file, Array(signature.armored.utf8))
      signatures.append(
        SampleManifest.Signature(
          document: place + ".json", file: file, namespace: namespace,
          principal: try names.principal(signature.publicKey, document)))
    }
  }

  private mutating func add(_ line: SampleContent.ProvedLine, _ place: String) {
    add(place + ".json", line.line)
    add(place + "-proof.json", SampleProof(line.proof, of: line.line).encoded())
  }

  private mutating func addRecords() {
    var proofs: [UInt8] = []
    for record in content.records {
      add("records/\(record.record)", record.bytes)
      proofs += SampleProof(record.proof, of: record.bytes).encoded() + [0x0A]
    }
    add(Self.proofsName, proofs)
  }

  static let proofsName = "proofs.ndjson"
}

/// The names under which keys stand in a sample's `allowed_signers`.
struct SampleSigners {
  static let fileName = "allowed_signers"
  /// What root keys are called, which have no name of their own.
  static let root = "root"

  private let content: SampleContent
  private let trust: [ObjectID: Trust]

  init(_ content: SampleContent) throws {
    self.content = content
    var trust: [ObjectID: Trust] = [:]
    for document in content.trust { trust[document.id] = try Trust(decoding: document.bytes) }
    self.trust = trust
  }

  /// The name of a key that signed a document: a signer's of the trust document that the commit names, or `root`.
  func principal(_ key: SSHPublicKey, _ document: SampleContent.Signed) throws -> String {
    guard let commit = try? Commit(decoding: document.bytes) else { return Self.root }
    let line = key.openSSHLine
    return trust[commit.trust]?.signers.first { $0.key == line }?.name ?? Self.root
  }

  /// The file that `ssh-keygen -Y verify -f` reads: each signer once with its key and its one namespace.
  func allowedSigners() throws -> [UInt8] {
    var lines: [String] = []
    func add(_ document: SampleContent.Signed, _ namespace: String) throws {
      for signature in document.signatures {
        let line = try AllowedSigners.line(
          principal: try principal(signature.publicKey, document), key: signature.publicKey,
          namespaces: [namespace])
        if !lines.contains(line) { lines.append(line) }
      }
    }
    for document in content.trust { try add(document, Trust.signatureNamespace) }
    try add(content.commit, Commit.signatureNamespace)
    if let drawn = content.drawn { try add(drawn.commit, Commit.signatureNamespace) }
    return Array(lines.joined().utf8)
  }
}
