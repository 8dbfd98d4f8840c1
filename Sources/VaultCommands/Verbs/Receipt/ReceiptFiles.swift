import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultSigning
import VaultStore

/// Verifies receipts that came as files, against a vault or against a key alone.
struct ReceiptFiles {
  private let global: GlobalOptions
  private let context: Context
  /// Nil where there is none, and a key is given.
  private let vault: OpenVault?
  private let keys: [NoteVerifier]

  init(_ global: GlobalOptions, logKey: String?, _ context: Context) throws {
    self.global = global
    self.context = context
    do {
      vault = try global.open(context)
    } catch let error as StoreError {
      guard error.code == .notAVault, logKey != nil else { throw error }
      vault = nil
    }
    if let logKey {
      keys = [try Keys.verifierKey(logKey, context)]
    } else {
      keys = try vault?.newestTrust().logKeys ?? []
    }
  }

  func verify(_ files: [String], _ out: Output) throws -> ExitCode {
    var rows: [CanonicalValue] = []
    var isSound = true
    for file in files {
      do {
        let (receipt, isHere) = try verify(file)
        rows.append(row(file, receipt, isHere))
        if !global.json, !global.quiet { print(file, receipt, isHere, out) }
      } catch let error as LogError {
        isSound = false
        rows.append(
          .make([("file", .string(file)), ("holds", .bool(false)), ("reason", .string(error.reason))]))
        if !global.json { out.line("\(printable(file))  DOES NOT HOLD: \(printable(error.reason))") }
      }
    }
    if global.json { out.json(.array(rows)) }
    return isSound ? .done : .findings
  }

  private func verify(_ file: String) throws -> (VerifiedReceipt, isHere: Bool?) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try context.files.readWholeFile(
        context.absolute(file), limit: Receipt.tlogProofLimit, mode: [.read, .noWait])
    } catch {
      guard error.errno == 2 else { throw error }
      throw CommandError(.usage, "\(file): there is no such file")
    }
    let receipt = try Receipt(tlogProof: bytes)
    let pinned = try vault?.folder.id ?? GlobalOptions.pinnedID(context)
    let verified = try receipt.verify(by: keys, vault: pinned ?? receipt.decodedLeaf().vault)
    return (verified, try vault.map { try verified.leaf.isIn($0) })
  }

  private func row(_ file: String, _ receipt: VerifiedReceipt, _ isHere: Bool?) -> CanonicalValue {
    let leaf = receipt.leaf
    return .make([
      ("document", .string(leaf.document.description)), ("file", .string(file)),
      ("here", isHere.map { .bool($0) }), ("holds", .bool(true)),
      ("index", .integer(receipt.receipt.index)), ("number", .integer(leaf.number)),
      ("received", .time(leaf.received)), ("ref", .string(leaf.subject.description)),
      ("signed", .time(receipt.checkpoint.received)), ("vault", .string(leaf.vault.description)),
    ])
  }

  private func print(_ file: String, _ receipt: VerifiedReceipt, _ isHere: Bool?, _ out: Output) {
    let leaf = receipt.leaf
    out.line("\(printable(file))  holds: \(leaf.subject) \(leaf.number) was received \(leaf.received)")
    out.line("  id     \(leaf.document)")
    out.line("  vault  \(leaf.vault)")
    out.line("  leaf   \(receipt.receipt.index) of the log \(printable(receipt.checkpoint.key.name))")
    if let isHere { out.line(isHere ? "  this vault has it" : "  this copy of the vault does not go so far") }
  }
}
