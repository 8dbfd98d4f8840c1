import Testing
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

@testable import VaultRemote

/// A vault's folder in memory with a log, or a client's copy of one.
struct LogScene {
  static let id = ObjectID(of: [0x76])
  static let signer: NoteSigner = made(name: "log.example/vault", seed: 7)
  static let key = signer.verifier

  let vault: VaultFolder

  init(_ files: any FileLayer = MemoryFiles()) throws {
    try files.makeDirectories("/v")
    vault = VaultFolder(files, root: "/v", id: Self.id)
  }

  static func made(name: String, seed: UInt8) -> NoteSigner {
    let seed = [UInt8](repeating: seed, count: 32)
    guard let file = try? NoteSigner.keyFile(seed: seed, comment: name),
      let signer = try? NoteSigner(name: name, file: file)
    else { preconditionFailure("the seed makes a key") }
    return signer
  }

  static func time(_ seconds: Int) -> Timestamp {
    guard let time = Timestamp(milliseconds: 1_772_345_678_000 + 1000 * Int64(seconds)) else {
      preconditionFailure("the time is one")
    }
    return time
  }

  static let refs: [RefName] = [.period("p"), .reviews("p")]

  /// Leaf `number` of a log that accepts trust documents and the commits of two refs by turns; `fork` makes another one
  /// in its place.
  static func leaf(
    _ number: Int, fork: UInt8 = 0, at seconds: Int? = nil, vault: ObjectID = id
  ) -> LogLeaf {
    let time = time(seconds ?? number)
    let signatures = [ObjectID(of: [1, UInt8(number & 255)]), ObjectID(of: [2, fork])]
    guard number % 7 != 0 else {
      let document = number == 0 ? vault : ObjectID(of: Array("trust \(number)".utf8))
      return LogLeaf(
        acceptingTrust: document, number: number / 7 + 1, vault: vault, signatures: signatures, received: time
      )
    }
    let commit = Commit(
      vault: vault, ref: refs[number % 2], sequence: number, parent: number == 1 ? nil : id,
      lines: ObjectID(of: []), added: 1, count: number, root: MerkleHash(Digest.of([fork])), trust: id,
      signer: "SHA256:x", time: time, message: "")
    return LogLeaf(
      accepting: ObjectID(of: commit.encoded()), commit, signatures: signatures, trust: id, received: time)
  }

  func append(_ numbers: Range<Int>) throws {
    let writer = try RemoteLogWriter(vault, Self.signer)
    for number in numbers { _ = try writer.append(Self.leaf(number)) }
  }

  var log: RemoteLog { get throws { try RemoteLog(vault, Self.key) } }

  /// Follows `log` as a client does.
  func follow(_ shown: some ShownLog, remote: String = "origin", by key: NoteVerifier = key) throws {
    let follower = try LogFollower(vault, remote: remote, toward: shown.note, by: key)
    while let wanted = follower.wanted { try follower.add(try shown.answer(wanted)) }
    try follower.finish()
  }

  var copy: FollowedLog { get throws { try FollowedLog(vault, remote: "origin") } }
}

extension MemoryFiles {
  /// How many writes and changes of names a power cut could take, but for those of derived data, which are synced here.
  func unsyncedBesidesIndex() throws -> Int {
    for path in allFiles().keys where path.hasPrefix("/v/index/") {
      try File(self, path: path, mode: .read).fsync()
      try syncParent(of: path)
      try syncParent(of: "/v/index")
    }
    return unsyncedCount
  }
}

/// What a remote shows of its log.
protocol ShownLog {
  var note: [UInt8] { get }
  func answer(_ wanted: Range<Int>) throws -> [[UInt8]]
}

extension RemoteLog: ShownLog {
  var note: [UInt8] { checkpoint?.note ?? [] }
  func answer(_ wanted: Range<Int>) throws -> [[UInt8]] {
    try leaves(from: wanted.lowerBound, limit: wanted.count)
  }
}

/// A log that says whatever its leaves say, honest or not.
struct ToldLog: ShownLog {
  var leaves: [[UInt8]]
  var signer = LogScene.signer
  var received: Timestamp

  init(_ leaves: [LogLeaf], received: Timestamp? = nil) {
    self.leaves = leaves.map { $0.encoded() }
    self.received = received ?? leaves.map(\.received).max() ?? LogScene.time(0)
  }

  init(_ numbers: Range<Int>) { self.init(numbers.map { LogScene.leaf($0) }) }

  var tree: GrowingTree {
    leaves.reduce(into: GrowingTree()) { tree, leaf in leaf.withUnsafeBytes { tree.append($0) } }
  }

  var checkpoint: Checkpoint {
    let tree = tree
    return Checkpoint(origin: signer.verifier.name, size: tree.size, root: tree.root, received: received)
  }

  var note: [UInt8] { (try? VerifiedCheckpoint(signing: checkpoint, signer).note) ?? [] }

  /// The leaves as a file holds them.
  var file: [UInt8] { leaves.reduce(into: []) { $0 += $1 + [0x0A] } }

  func answer(_ wanted: Range<Int>) -> [[UInt8]] { Array(leaves[wanted]) }
}

/// Expects `body` to be refused with `code`.
@discardableResult
func expectLogError<R>(
  _ code: LogError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> R
) -> LogError? {
  do {
    _ = try body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
  } catch let error as LogError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
  return nil
}
