import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Brings a vault's copy of a remote's log up to a checkpoint, over a channel (docs/protocol.md, §3.5 and §5.3).
struct LogFollowing {
  let channel: Channel
  let vault: VaultFolder
  /// The remote's name in this vault.
  let remote: String
  let key: NoteVerifier

  /// Follows the log to the checkpoint in `note`, and gives the leaves that were new to the copy.
  ///
  /// Throws ``LogError`` where the log is not what was seen of it before.
  func follow(to note: [UInt8]) throws -> [PlacedLeaf] {
    do {
      return try followOnce(to: note)
    } catch let error as LogError where error.code == .rolledBack {
      // Another process of this vault may have seen more since the remote spoke: what it shows now is what counts.
      guard let now = try? channel.ask(ProofQuestion(leaf: nil, size: 0), for: ProofAnswer.self) else {
        throw error
      }
      return try followOnce(to: Array(now.checkpoint.utf8))
    }
  }

  private func followOnce(to note: [UInt8]) throws -> [PlacedLeaf] {
    let follower = try LogFollower(vault, remote: remote, toward: note, by: key)
    var new: [PlacedLeaf] = []
    while let wanted = follower.wanted {
      let answer = try channel.ask(
        LeavesQuestion(from: wanted.lowerBound, limit: wanted.count), for: LeavesAnswer.self)
      let leaves = answer.leaves.map { Array($0.utf8) }
      try follower.add(leaves)
      for (index, leaf) in leaves.enumerated() {
        let read = try leaf.withUnsafeBytes { raw throws(LogError) in try LogLeaf(leaf: raw) }
        new.append(PlacedLeaf(index: wanted.lowerBound + index, leaf: read))
      }
    }
    try follower.finish()
    return new
  }
}
