import VaultCore
import VaultFiles
import VaultStore

/// Where the newest leaf of each chain stands among a log's first leaves, so that nobody reads a log back to a period that has
/// been quiet for years.
///
/// Derived data, one file in `index/` for each log: what it says is held against the leaves, and it is made anew where it is
/// gone or does not fit them.
struct ChainTips {
  /// A leaf's place, the offset of its first byte, and its hash.
  private struct Place {
    let index: Int
    let offset: Int64
    let hash: MerkleHash
  }

  /// The leaves that it covers, from the first on, and the bytes that these have.
  private(set) var size = 0
  private(set) var length: Int64 = 0
  private var places: [ChainName: Place] = [:]

  /// Of no leaves.
  init() {}

  /// The chains that have a leaf.
  var chains: Set<ChainName> { Set(places.keys) }

  /// The chain's newest leaf; nil without one.
  ///
  /// Throws `damaged` where another stands in its place.
  func newest(of chain: ChainName, _ lines: LeafLines) throws -> PlacedLeaf? {
    guard let place = places[chain] else { return nil }
    let line = try lines.line(at: place.offset)
    if let line, MerkleHasher().leaf(line) == place.hash.digest {
      let leaf = try line.withBytes { raw throws in try LogLeaf(leaf: raw) }
      if leaf.subject == chain { return PlacedLeaf(index: place.index, leaf: leaf) }
    }
    throw LogError(.damaged, "leaf \(place.index) of \(lines.file.path) is another than it was")
  }

  /// Takes in the leaves that follow, up to the `count`th, which ends at `end`.
  ///
  /// Throws `damaged` where there are not so many.
  mutating func advance(_ lines: LeafLines, to end: Int64, count: Int) throws {
    let hasher = MerkleHasher()
    var grown = self
    let reached = try lines.scan(from: length, to: end) { line, start in
      guard let chain = ChainName(LeafLines.subject(line)) else {
        throw LogError(.malformedLeaf, "leaf \(grown.size) of \(lines.file.path) is of no chain")
      }
      grown.places[chain] = Place(index: grown.size, offset: start, hash: MerkleHash(hasher.leaf(line)))
      grown.size += 1
      return grown.size < count
    }
    guard grown.size == count, reached == end else {
      throw LogError(
        .damaged, "\(lines.file.path) has not the \(counted(count, "leaf", "leaves")) that it had")
    }
    grown.length = end
    self = grown
  }
}

extension ChainTips {
  /// The file for a remote's own log.
  static func path(_ vault: VaultFolder) -> String { Paths.join(vault.root, "index/log-tips") }

  /// The file for a client's copy of a remote's log.
  static func path(_ vault: VaultFolder, of remote: String) -> String { path(vault) + "-" + remote }

  /// What is kept of a log whose `count`th leaf ends at `end`; of no leaves where nothing is, or what is kept is of other leaves
  /// or of more.
  static func load(
    _ files: any FileLayer, _ path: String, _ lines: LeafLines, to end: Int64, count: Int
  ) -> ChainTips {
    guard let bytes = try? files.readIfThere(path, limit: limit), let kept = try? ChainTips(decoding: bytes),
      kept.size <= count, kept.length <= end,
      let (chain, last) = kept.places.max(by: { $0.value.index < $1.value.index }),
      last.index == kept.size - 1, (try? kept.newest(of: chain, lines)) != nil,
      let line = try? lines.line(at: last.offset), last.offset + Int64(line.count) + 1 == kept.length
    else { return ChainTips() }
    return kept
  }

  /// Keeps it for who comes next, unless it is over the limits; the caller holds the log's lock. A failure costs them time
  /// alone.
  func keep(_ files: any FileLayer, _ path: String) {
    guard places.count <= Self.mostChains, case let bytes = encoded(), bytes.count <= Self.limit else {
      return
    }
    let folder = Paths.parent(path)
    try? files.makeDirectories(folder, durable: false)
    try? files.replaceFile(String(path.dropFirst(folder.utf8.count + 1)), in: folder, bytes, durable: false)
  }

  private static let limit = 4 << 20
  private static let mostChains = 16 << 10

  /// Canonical JSON, and behind it the hash that shows a file that a power cut spoiled.
  private func encoded() -> [UInt8] {
    let tips = places.sorted { $0.value.index < $1.value.index }.map { chain, place in
      CanonicalValue.make([
        ("chain", .string(chain.description)), ("hash", .merkle(place.hash)),
        ("index", .integer(place.index)), ("offset", .integer(Int(place.offset))),
      ])
    }
    let body = CanonicalValue.make([
      ("length", .integer(Int(length))), ("size", .integer(size)), ("tips", .array(tips)),
    ]).encoded()
    return body + ObjectID(of: body).digest.bytes
  }

  private init(decoding bytes: [UInt8]) throws(FormatError) {
    let body = Array(bytes.dropLast(Digest.byteCount))
    guard bytes.suffix(Digest.byteCount).elementsEqual(ObjectID(of: body).digest.bytes) else {
      throw FormatError(.checksum, "it is not as it was written")
    }
    let value = try body.withBytes { raw throws(FormatError) in try CanonicalValue(canonical: raw) }
    var m = try Members(value, "the newest leaves of a log")
    length = Int64(try m.integer("length"))
    size = try m.integer("size")
    for tip in try m.array("tips", limit: Self.mostChains, orEmpty: true) {
      var tip = try Members(tip, "the newest leaf of a chain")
      guard let chain = ChainName(try tip.text("chain")) else { throw tip.bad("chain", "is no chain's name") }
      places[chain] = Place(
        index: try tip.integer("index"), offset: Int64(try tip.integer("offset")),
        hash: try tip.merkleHash("hash"))
      try tip.finish()
    }
    try m.finish()
  }
}
