import Synchronization
import VaultCore

/// Decoding more than may be; ends a check.
package struct DecodeLimitExceeded: Error {
  /// What is too much, lower case, without a full stop.
  package let reason: String
}

/// What the check of somebody else's bytes may cost, counted while it runs.
final class DecodeBudget: Sendable {
  /// How much of the limit on decoded bytes may be spent again on bases, and on populations after their first check.
  static let workFactor = 8

  private let limit: Int
  private let decoded = Atomic<Int>(0)
  private let worked = Atomic<Int>(0)
  private let lined = Atomic<Int>(0)
  private let blocks = Atomic<Int>(0)
  private let objects = Atomic<Int>(0)
  private let raw = Atomic<Int>(0)
  /// Blocks that packs may have whatever they decode to.
  static let smallBlocks = 64 << 10
  private let checked = Mutex<Set<ObjectID>>([])

  /// `limit` is the number of bytes that the packs may decode to.
  init(_ limit: Int) { self.limit = limit }

  /// Counts bytes that a block of a pack decodes to, before it is decoded.
  func spend(_ bytes: Int) throws {
    guard decoded.add(bytes, ordering: .relaxed).newValue <= limit else {
      throw DecodeLimitExceeded(reason: "its packs decode to more than \(limit) bytes")
    }
  }

  /// Counts what a pack's footer names: something of every object and block is held until all were checked, and whoever reads
  /// them later does so too. `raw` is the bytes that the blocks decode to.
  func footer(blocks: Int, objects: Int, raw: Int) throws {
    guard self.objects.add(objects, ordering: .relaxed).newValue <= Limits.objectsPerPack else {
      throw DecodeLimitExceeded(reason: "its packs have more than \(Limits.objectsPerPack) objects together")
    }
    let decoded = self.raw.add(raw, ordering: .relaxed).newValue
    let most = min(Limits.blocksPerPack, Self.smallBlocks + decoded / Limits.bytesPerBlock)
    guard self.blocks.add(blocks, ordering: .relaxed).newValue <= most else {
      throw DecodeLimitExceeded(
        reason: "its packs have too many blocks for what they hold: over \(most) together")
    }
  }

  /// Counts bytes of a commit's lines before they are read: something of every line is held until all commits were.
  func lines(_ bytes: Int) throws {
    guard lined.add(bytes, ordering: .relaxed).newValue <= Limits.linesBlobBytes else {
      throw DecodeLimitExceeded(
        reason: "the lines of its commits have more than \(Limits.linesBlobBytes) bytes together")
    }
  }

  /// Counts bytes that are decoded for the sake of others.
  func work(_ bytes: Int) throws {
    guard worked.add(bytes, ordering: .relaxed).newValue <= limit.multipliedClamping(Self.workFactor) else {
      throw DecodeLimitExceeded(reason: "the bases and populations that it names take too much decoding")
    }
  }

  /// Counts the check of a population: the first one of its bytes is free.
  func check(_ object: ObjectID, _ bytes: Int) throws {
    if !checked.withLock({ $0.insert(object).inserted }) { try work(bytes) }
  }
}

extension Int {
  fileprivate func multipliedClamping(_ factor: Int) -> Int {
    let (product, isOver) = multipliedReportingOverflow(by: factor)
    return isOver ? .max : product
  }
}
