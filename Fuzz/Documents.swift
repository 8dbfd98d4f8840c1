import VaultCore
import VaultRemote

extension Door {
  /// Documents, lines of a commit, ref lines and messages: each text that is taken is the one that its value has.
  static let documents = Door(name: "documents") { raw in
    let bytes = Array(raw)
    for type in types { decode(bytes, type) }
    if let message = try? Question(value: CanonicalValue(canonical: raw)).message {
      require(message.encoded() == bytes, "a question encodes to other bytes")
    }
    if let message = try? Answer(value: CanonicalValue(canonical: raw)).message {
      require(message.encoded() == bytes, "an answer encodes to other bytes")
    }
    checkLine(raw)
    for kind in [RefLine.Kind.commit, .trust] {
      guard let line = try? RefLine(decoding: raw, kind: kind) else { continue }
      require(line.encoded() == bytes, "a ref line encodes to other bytes")
    }
  }

  private static let types: [any VaultDocument.Type] = [
    Commit.self, Entry.self, Trust.self, SignatureDocument.self, Repudiation.self, VaultFile.self, Seal.self,
    SealSignature.self, PeriodOpening.self, PeriodClosing.self, Expectation.self, Waiver.self,
    Reconciliation.self, SampleDraw.self, SampleResult.self, LogLeaf.self, LogNext.self,
  ]

  private static func decode<T: VaultDocument>(_ bytes: [UInt8], _ type: T.Type) {
    guard let document = try? T(decoding: bytes) else { return }
    require(document.encoded() == bytes, "\(type) encodes to other bytes")
  }

  /// The quick way of reading a line says what the thorough one says.
  private static func checkLine(_ raw: UnsafeRawBufferPointer) {
    let thorough = try? Line(decoding: raw)
    let quick = try? Line(parsing: raw)
    if let thorough { require(quick == thorough, "a line that is sound is read as another in passing") }
  }
}
