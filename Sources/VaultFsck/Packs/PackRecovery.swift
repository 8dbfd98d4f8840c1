import VaultCore
import VaultFiles
import VaultStore

/// Finds the objects of a pack whose footer cannot be read: the blocks are found by their headers, and what
/// decodes is named by its hash.
struct PackRecovery {
  /// The objects that were found; all of them hash to their ids.
  private(set) var records: [ObjectRecord] = []
  /// Whether deltas were left out for want of a table in which to look up their bases.
  private(set) var leftOutDeltas = false
  private(set) var findings: [Finding] = []

  private let claim: PackClaim
  private let pack: Int
  private let area: Area
  private let coder = BlockCoder()
  private let hasher = SHA256Hasher()
  /// The object of several blocks that is being put together.
  private var run: (block: UInt64, length: UInt64)?

  /// Scans pack number `pack`; `source` gives the bases of deltas.
  init(_ pack: Int, _ claim: PackClaim, _ area: Area, _ folder: PackFolder, _ source: BlockSource?) throws {
    self.claim = claim
    self.pack = pack
    self.area = area
    guard claim.length > UInt64(PackHeader.byteCount) else { return }
    let file = try folder.file(Int(claim.file))
    var scanner = BlockScanner(file, from: claim.offset + UInt64(PackHeader.byteCount), to: claim.end)
    while let found = try scanner.next() { try take(found, source) }
  }

  private mutating func take(_ found: BlockScanner.Found, _ source: BlockSource?) throws {
    let place = area.place(Int(claim.file), found.offset)
    if found.afterGap {
      run = nil
      findings.append(Finding(.blockChecksum, place, "the bytes before it hold no whole block"))
    }
    guard let descriptor = found.descriptor else {
      run = nil
      findings.append(Finding(.packMalformed, place, "a block's descriptor is malformed"))
      return
    }
    if found.header.flags.contains(.delta), source == nil {
      leftOutDeltas = true
      run = nil
      return
    }
    do {
      let prefix = descriptor.bases.isEmpty ? nil : try source?.prefix(descriptor.bases, for: claim)
      guard let bytes = found.decoded(coder, prefix: prefix) else {
        throw BlockFlaw(.objectUnreadable, "a block does not decode")
      }
      bytes.withBytes { name($0, descriptor.parts, found) }
    } catch let flaw as BlockFlaw {
      run = nil
      findings.append(Finding(flaw.name, place, flaw.reason))
    }
  }

  private mutating func name(_ bytes: UnsafeRawBufferPointer, _ parts: [Int], _ found: BlockScanner.Found) {
    let flags = found.header.flags
    guard !flags.isDisjoint(with: [.continues, .unfinished]) else {
      var at = 0
      for (ordinal, length) in parts.enumerated() {
        let part = UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
        add(hasher.hash(part), length: UInt64(length), block: found.offset, ordinal: ordinal)
        at += length
      }
      return
    }
    if !flags.contains(.continues) {
      hasher.reset()
      run = (found.offset, 0)
    }
    guard var open = run else { return }
    hasher.update(bytes)
    open.length += UInt64(bytes.count)
    run = flags.contains(.unfinished) ? open : nil
    if !flags.contains(.unfinished) {
      add(hasher.finish(), length: open.length, block: open.block, ordinal: 0)
    }
  }

  private mutating func add(_ digest: Digest, length: UInt64, block: UInt64, ordinal: Int) {
    records.append(
      ObjectRecord(
        id: ObjectID(digest), length: length, block: block, pack: UInt32(pack), ordinal: UInt32(ordinal)))
  }
}
