import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// A vault with its trust verified from its id on.
public final class OpenVault: Sendable {
  public let folder: VaultFolder
  /// The verified trust documents.
  public let trust: TrustChain
  /// Where the trust log ended when it was read.
  private let trustEnd: UInt64

  /// Opens the vault that `folder` is, and verifies its chain of trust; `pinned` is an id obtained elsewhere.
  public init(_ folder: VaultFolder, pinned: ObjectID? = nil) throws {
    self.folder = folder
    let stored = try TrustStore(folder).all()
    trust = try Self.chain(stored)
    trustEnd = stored.last?.record.end ?? 0
    guard trust.vault == folder.id else {
      throw StoreError(
        .damaged, "\(VaultFile.name) names another vault than the trust documents", hint: "run 'vault fsck'")
    }
    if let pinned, pinned != folder.id {
      throw StoreError(.refused, "this is the vault \(folder.id), not \(pinned)")
    }
  }

  /// Verifies stored documents from the first to the newest.
  static func chain(_ stored: [StoredTrust]) throws -> TrustChain {
    var chain = TrustChain()
    for document in stored {
      try chain.append(id: document.id, bytes: document.bytes, signatures: document.signatures)
    }
    return chain
  }

  /// The vault with the trust that others may have added since it was opened.
  package func refreshed() throws -> OpenVault {
    let log = try folder.files.status(path: folder.trustLog, followLinks: false)
    return UInt64(log.size) == trustEnd ? self : try OpenVault(folder)
  }

  /// The newest trust document.
  public func newestTrust() throws -> TrustChain.Verified {
    guard let newest = trust.newest else {
      throw StoreError(.damaged, "the vault has no trust document", hint: "run 'vault fsck'")
    }
    return newest
  }

  /// A reader of a period's evidence.
  public func period(_ name: String) throws -> RefReader {
    guard RefName.isPeriodName(name) else { throw StoreError(.badInput, "\"\(name)\" is no period name") }
    let reader: RefReader
    do {
      reader = RefReader(try RefIndex.open(folder, .period(name)))
    } catch let error as StoreError {
      guard error.code == .notFound else { throw error }
      throw StoreError(.notFound, "the vault has no period \(name)", hint: try periodHint())
    }
    guard reader.index.sequence > 0 else {
      throw StoreError(.notFound, "the vault has no period \(name)", hint: try periodHint())
    }
    return reader
  }

  private func periodHint() throws -> String {
    let names = try folder.periods()
    return names.isEmpty
      ? "open one with 'vault period open'" : "its periods are \(names.joined(separator: ", "))"
  }
}

extension Signer {
  /// A signature document over `bytes`.
  package func document(over bytes: [UInt8], namespace: String) throws -> SignatureDocument {
    let signature = try sign(bytes, namespace: namespace)
    return SignatureDocument(
      object: ObjectID(of: bytes), namespace: namespace, signature: Base64.encode(signature.blob))
  }
}
