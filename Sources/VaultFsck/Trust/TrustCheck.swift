import VaultCore
import VaultSigning
import VaultStore

/// Verifies the vault's trust documents, one after the other.
struct TrustCheck {
  private let set: PackSet
  private let context: CheckContext
  private let lookup: ObjectLookup
  private var used: [Int] = []
  private var counts = Counts()
  private(set) var chain: TrustChain

  /// The chain as far as it verifies; `earlier` are the documents before those of the set.
  static func run(
    _ set: PackSet, _ context: CheckContext, after earlier: TrustChain = TrustChain()
  ) throws -> TrustChain {
    var check = TrustCheck(set, context, earlier)
    for table in set.tables {
      for (line, entry) in table.entries.enumerated() {
        check.lookup.scope = RefScope(ref: 0, line: Int32(clamping: line))
        guard try check.append(entry, table) else { break }
      }
    }
    for index in check.used { set.refer(index) }
    context.meter.add(check.counts)
    return check.chain
  }

  private init(_ set: PackSet, _ context: CheckContext, _ earlier: TrustChain) {
    chain = earlier
    self.set = set
    self.context = context
    lookup = ObjectLookup(set, context)
  }

  /// Takes the next document in; false where the chain ends for all that follows.
  private mutating func append(_ entry: RefTable.Entry, _ table: RefTable) throws -> Bool {
    let subject = table.subject(entry)
    do {
      let bytes = try lookup.read(entry.document, limit: Limits.documentBytes, &used)
      let signatures = try signatures(entry, table, subject)
      let trust = try chain.append(id: entry.document, bytes: bytes, signatures: signatures)
      counts.trustDocuments += 1
      counts.signatures += signatures.count
      if trust.number != entry.sequence {
        context.log.add(.refSequence, subject, "the line names trust document \(trust.number)")
      }
      return true
    } catch let flaw as BlockFlaw {
      context.log.add(flaw.name, subject, flaw.reason)
    } catch let error as TrustError {
      context.log.add(Finding.Name(error, inTrust: true), subject, error.reason)
    }
    return false
  }

  /// The line's signatures; all are looked at, so that none is called unreferenced for another's flaw.
  private mutating func signatures(
    _ entry: RefTable.Entry, _ table: RefTable, _ subject: String
  ) throws -> [SignatureDocument] {
    var found: [SignatureDocument] = []
    var failure: BlockFlaw?
    for id in table.signatures(entry) {
      do {
        let (signature, _) = try lookup.document(
          SignatureDocument.self, id, limit: SignatureDocument.limit, name: .trustSignatureInvalid, &used)
        found.append(signature)
      } catch let flaw as BlockFlaw {
        failure = failure ?? flaw
      }
    }
    if let failure { throw failure }
    return found
  }
}

extension Finding.Name {
  /// The finding that stands for a failure of trust, of a trust document itself or of a commit.
  init(_ error: TrustError, inTrust: Bool) {
    self =
      switch error.code {
      case .unsupported: .unsupportedFormat
      case .malformed, .brokenChain, .revocationGone: .trustChainBroken
      case .thresholdNotMet: .trustSignatureInvalid
      case .signatureInvalid: inTrust ? .trustSignatureInvalid : .signatureInvalid
      case .signatureMissing: .signatureMissing
      case .trustUnknown: .trustUnknown
      case .signerUnknown: .signerUnknown
      case .notAuthorized, .keyNotValid: .signerNotAuthorized
      }
  }
}
