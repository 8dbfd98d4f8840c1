import VaultCore
import VaultSigning
import VaultStore

/// Reads what seal lines sign, and whether their signatures hold (docs/format.md, §14.3); belongs to one thread.
final class SealReader {
  /// Seal lines of one run that are looked at: a period has no more approvers.
  static let most = 64

  private let lookup: ObjectLookup
  /// The newest document: the lines of a run name the same.
  private var held: (id: ObjectID, bytes: [UInt8], seal: Seal)?

  init(_ lookup: ObjectLookup) { self.lookup = lookup }

  /// The seal document of a line whose signature is by the key that it names; its place goes to `used`.
  func read(_ line: SealSignature, _ used: inout [Int]) throws -> Seal {
    let index = try lookup.find(line.document)
    used.append(index)
    let (bytes, seal) = try document(line.document, index)
    let signature = SignatureDocument(
      object: line.document, namespace: Seal.signatureNamespace, signature: line.signature)
    let key: SSHPublicKey
    do throws(TrustError) {
      key = try TrustChain.verify(
        signature, over: bytes, id: line.document, namespace: Seal.signatureNamespace)
    } catch {
      throw BlockFlaw(.sealInvalid, error.reason)
    }
    guard key.fingerprint == line.signer else {
      throw BlockFlaw(.sealInvalid, "it names the key \(line.signer), and \(key.fingerprint) signed")
    }
    return seal
  }

  private func document(_ id: ObjectID, _ index: Int) throws -> ([UInt8], Seal) {
    if let held, held.id == id { return (held.bytes, held.seal) }
    let bytes = try lookup.source.read(lookup.table.record(index), limit: Limits.sealBytes)
    do throws(FormatError) {
      let seal = try Seal(decoding: bytes, limit: Limits.sealBytes)
      held = (id, bytes, seal)
      return (bytes, seal)
    } catch {
      throw BlockFlaw(error, else: .sealInvalid)
    }
  }
}
