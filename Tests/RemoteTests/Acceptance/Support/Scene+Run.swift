import Testing
import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote

@testable import VaultStore

extension PushScene {
  /// Pushes as one run whose packs lie together in this remote's quarantine.
  func run(_ pushes: [OfferedLine], files: (any FileLayer)? = nil) throws -> OfferedRun {
    try disk.makeDirectories(Self.quarantine)
    var bytes: [UInt8] = []
    let lines = try pushes.map { push in
      CarriedLine(
        sequence: push.sequence, document: push.document, signatures: push.signatures,
        packs: try push.packs.map { pack in
          guard case .file(let file) = pack.place else { throw Misplaced() }
          bytes += try file.readFully(at: 0, count: Int(pack.length))
          return CarriedLine.Pack(pack.id, length: Int(pack.length))
        })
    }
    guard case .ref(let ref) = pushes[0].ref else { throw Misplaced() }
    let path = "\(Self.quarantine)/run.part"
    try disk.writeNewFile(path, bytes, replace: true)
    return OfferedRun(Run(ref: ref, lines: lines), in: try SharedFile(files ?? disk, path: path))
  }

  private struct Misplaced: Error {}

  /// Honest commits on top of what this remote holds, `count` of them, made by another who has a copy of it. What
  /// `forge` gives for one of them, by its number from 0, stands in its place.
  func commits(
    _ count: Int, forge: (_ number: Int, _ near: PushScene) throws -> Forgery? = { _, _ in nil }
  ) throws -> [OfferedLine] {
    let near = PushScene(disk: disk.copy())
    return try (0..<count).map { number in
      let honest = try Forgery.add("CC6/run-\(number).txt", Self.noise(300, seed: UInt64(number)))
      let forgery = try forge(number, near) ?? honest
      let push = try forgery.push(to: near)
      // Unchecked, so that something can follow what was forged.
      let writer = try RefWriter(near.vault.folder, Self.ref)
      let line = UnplacedLine(
        kind: .commit, document: push.document, sequence: push.sequence, signatures: push.signatures)
      let packs = try push.packs.map { pack in
        guard case .file(let file) = pack.place else { throw Misplaced() }
        return IncomingPack(id: pack.id, length: pack.length, file: file)
      }
      try writer.append(line, packs) { _ in }
      return push
    }
  }

  @discardableResult
  func take(_ run: OfferedRun, at received: Timestamp = now) throws -> Accepted {
    let accepted = try acceptance().check(run, received: received)
    try accepted.place { _ in }
    return accepted
  }
}
