import Testing
import VaultCore

@testable import VaultStore

@Suite struct RecordLeavesTests {
  /// The range of the records of a text, one leaf after the other.
  private func appended(_ text: String, at first: UInt64, _ merkle: MerkleHasher) -> CompactRange {
    var range = CompactRange(at: first)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    for line in lines { range.append(merkle.leaf(Array(line.utf8)), merkle) }
    return range
  }

  @Test(arguments: ["", "\n", "a", "a\n", "a\nb", "\n\n\n", "a\n\nb\n", "ab\nc\nd\ne\n"])
  func `records are what stands between line feeds, and a last one without counts`(_ text: String) {
    let merkle = MerkleHasher()
    for first in UInt64(0)..<9 {
      let range = Array(text.utf8).withUnsafeBytes { RecordLeaves.range(of: $0, at: first, merkle) }
      #expect(range == appended(text, at: first, merkle))
    }
  }

  @Test func `more records than wait for the nodes above them are one range all the same`() {
    let merkle = MerkleHasher()
    let text = (0..<10_001).map { "{\"number\":\($0)}\n" }.joined()
    let range = Array(text.utf8).withUnsafeBytes { RecordLeaves.range(of: $0, at: 5, merkle) }
    #expect(range == appended(text, at: 5, merkle))
  }
}
