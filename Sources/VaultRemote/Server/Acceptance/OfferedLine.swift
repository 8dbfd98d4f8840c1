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
      /// From so many bytes on in such a file, which holds all packs of a run, one behind the other.
      case part(SharedFile, offset: UInt64)
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

/// Several lines that a client wants to add to a ref together, as `run` says it (docs/protocol.md, §3.10).
public struct OfferedRun: Sendable {
  public let ref: RefName
  /// In order; at least one. The packs of all lie in ``file``.
  public let lines: [OfferedLine]
  /// The packs, one behind the other and nothing else, on the vault's file system. Whoever opened it sees to it that
  /// nobody else writes to it until the run is placed or refused.
  public let file: SharedFile

  /// The lines of a run, whose packs lie in `file` as they are named.
  public init(_ run: Run, in file: SharedFile) {
    ref = run.ref
    self.file = file
    var at: UInt64 = 0
    lines = run.lines.map { line in
      OfferedLine(
        ref: .ref(run.ref), sequence: line.sequence, document: line.document, signatures: line.signatures,
        packs: line.packs.map { pack in
          defer { at &+= UInt64(pack.length) }
          return OfferedLine.Pack(
            id: pack.pack, length: UInt64(pack.length), place: .part(file, offset: at))
        })
    }
  }

  /// Bytes of all packs.
  var length: UInt64 { lines.reduce(0) { $0 + $1.packs.reduce(0) { $0 + $1.length } } }
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

  /// The most that the packs of so many lines, of so many bytes in all, may decode to.
  func decoded(stored: UInt64, lines: Int) -> Int {
    let (product, isOver) = stored.multipliedReportingOverflow(by: decodedRatio)
    let (fixed, isFixedOver) = decodedBytes.multipliedReportingOverflow(by: UInt64(lines))
    if isOver || isFixedOver { return .max }
    let (sum, isSumOver) = product.addingReportingOverflow(fixed)
    return isSumOver ? .max : Int(clamping: sum)
  }
}
