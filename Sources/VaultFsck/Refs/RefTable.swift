import VaultCore

/// Which ref file a line stands in.
enum RefSource: Hashable, Sendable {
  case trust
  case ref(RefName)

  var kind: RefLine.Kind { self == .trust ? .trust : .commit }

  /// The ref's name in findings.
  var label: String {
    switch self {
    case .trust: "trust"
    case .ref(let name): name.description
    }
  }
}

/// The lines of one ref file as far as they can be read, packed: there may be hundreds of thousands.
struct RefTable: Sendable {
  struct Entry: Sendable {
    let document: ObjectID
    let sequence: Int
    /// Where the line's signatures begin in the table.
    let firstSignature: Int
    let signatureCount: Int
  }

  let source: RefSource
  /// The ref file below the vault's folder.
  let path: String
  private(set) var entries: [Entry] = []
  private var signatures: [ObjectID] = []
  /// Whether lines could not be read, so that what follows from their absence proves nothing.
  var hasGaps = false

  init(_ source: RefSource, path: String) {
    self.source = source
    self.path = path
  }

  mutating func append(_ line: RefLine) {
    entries.append(
      Entry(
        document: line.document, sequence: line.sequence, firstSignature: signatures.count,
        signatureCount: line.signatures.count))
    signatures.append(contentsOf: line.signatures)
  }

  /// The signature objects that an entry's line names.
  func signatures(_ entry: Entry) -> ArraySlice<ObjectID> {
    signatures[entry.firstSignature..<entry.firstSignature + entry.signatureCount]
  }

  /// How a finding names an entry.
  func subject(_ entry: Entry) -> String { "\(source.label)@\(entry.sequence)" }
}

/// A line of one of an area's refs. A ref finds its objects in the packs that its own lines name, not later.
struct RefScope: Hashable, Sendable {
  /// The place of the ref among its area's.
  let ref: UInt8
  /// The entry of the ref's table.
  let line: Int32

  /// Whether what this line brings may be used by another.
  func isVisible(from user: RefScope) -> Bool { ref == user.ref && line <= user.line }
}

/// A region of a packfile that a ref line names: a pack, or the residue of an unfinished write.
struct PackClaim: Sendable {
  let pack: ObjectID
  let offset: UInt64
  let length: UInt64
  let file: Int32
  /// The entry of the ref's table whose line names the region.
  let line: Int32
  /// The place of the ref among its area's.
  let ref: UInt8
  let isResidue: Bool

  var end: UInt64 { offset + length }

  /// Where the line that names the region stands.
  var scope: RefScope { RefScope(ref: ref, line: line) }

  /// Whether what pack `user` holds may build on this one: the same ref names both, this one not later.
  func serves(_ user: PackClaim) -> Bool { scope.isVisible(from: user.scope) }

  init(_ location: RefLine.PackLocation, line: Int, ref: Int, isResidue: Bool) {
    pack = location.pack
    offset = location.offset
    length = location.length
    file = Int32(location.file)
    self.line = Int32(clamping: line)
    self.ref = UInt8(clamping: ref)
    self.isResidue = isResidue
  }
}
