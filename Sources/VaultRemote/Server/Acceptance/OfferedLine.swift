import VaultCore
import VaultFiles

extension ChainName {
  var kind: RefLine.Kind { self == .trust ? .trust : .commit }
}

/// One line that a client wants to add, as `push` says it (docs/protocol.md, §3.9), with its packs where they are.
public struct OfferedLine: Sendable {
  /// A pack of the push.
  public struct Pack: Sendable {
    /// Where a pack's bytes are.
    public enum Place: Sendable {
      /// Whole in a file of its own, on the vault's file system. Whoever opened it sees to it that nobody else
      /// writes to it until the push is placed or refused.
      case file(SharedFile)
      /// In a packfile of the ref's period, named by an earlier line.
      case held(RefLine.PackLocation)
    }

    /// SHA-256 of the pack's bytes, by the client's word.
    public let id: ObjectID
    /// How many bytes there are, by the client's word.
    public let length: UInt64
    public let place: Place

    public init(id: ObjectID, length: UInt64, place: Place) {
      self.id = id
      self.length = length
      self.place = place
    }
  }

  public let ref: ChainName
  public let sequence: Int
  /// The commit or trust document.
  public let document: ObjectID
  /// The signature objects over it.
  public let signatures: [ObjectID]
  public let packs: [Pack]

  public init(
    ref: ChainName, sequence: Int, document: ObjectID, signatures: [ObjectID], packs: [Pack]
  ) {
    self.ref = ref
    self.sequence = sequence
    self.document = document
    self.signatures = signatures
    self.packs = packs
  }
}

/// What one push may bring (docs/protocol.md, §8).
public struct PushLimits: Sendable {
  /// Stored bytes of all packs.
  public var bytesPerPush: UInt64
  /// How many times its stored bytes a push may decode to.
  public var decodedRatio: UInt64
  /// Bytes that a push may decode to in any case.
  public var decodedBytes: UInt64

  public init(bytesPerPush: UInt64 = 1 << 40, decodedRatio: UInt64 = 100, decodedBytes: UInt64 = 64 << 20) {
    self.bytesPerPush = bytesPerPush
    self.decodedRatio = decodedRatio
    self.decodedBytes = decodedBytes
  }

  /// The most that packs of so many bytes may decode to.
  func decoded(stored: UInt64) -> Int {
    let (product, isOver) = stored.multipliedReportingOverflow(by: decodedRatio)
    return isOver ? .max : Int(clamping: product.addingReportingOverflow(decodedBytes).partialValue)
  }
}
