import Testing
import VaultCore

@testable import VaultStore

@Suite struct `A path's spelling` {
  private func encoded(_ path: String) -> (key: [UInt8], bytes: [UInt8]) {
    let key = EvidencePath.fold(path)
    var bytes: [UInt8] = []
    PathSpelling.append(Array(path.utf8), key: key, to: &bytes)
    return (key, bytes)
  }

  private func decoded(_ bytes: [UInt8], key: [UInt8]) throws -> (path: [UInt8], end: Int) {
    try bytes.withBytes { raw throws(FormatError) in
      var reader = ByteReader(raw)
      let path = try PathSpelling.path(&reader, key: key)
      return (path, reader.position)
    }
  }

  @Test(arguments: [
    "a", "cc6.1/users.json", "CC6.1/users.json", "x/Y/z/W.json", "ALL/CAPITALS", "A", "é/x", "É/Straße/ΑΒΓ",
    "K/Kelvin",
    String(repeating: "aB", count: 500), String(repeating: "a", count: 1000) + "Z",
  ])
  func `tells the path from its folded key, and where the next record stands`(path: String) throws {
    let (key, bytes) = encoded(path)
    let (read, end) = try decoded(bytes + [7], key: key)
    #expect(read == Array(path.utf8) && end == bytes.count)
    let skipped = try bytes.withBytes { raw throws(FormatError) in
      var reader = ByteReader(raw)
      try PathSpelling.skip(&reader)
      return reader.position
    }
    #expect(skipped == bytes.count)
  }

  @Test func `takes a few bytes where some letters are capitals`() {
    #expect(encoded("cc6.1/2026-01-01/access-001.json").bytes == [0])
    #expect(encoded("CC6.1/2026-01-01/access-001.json").bytes == [3, 0, 0])
  }

  @Test(arguments: [[2, 4], [9, 0], [1, 5, 1], [3, 0], [], [0x80]] as [[UInt8]])
  func `is refused where it says what cannot be`(bytes: [UInt8]) {
    #expect(throws: FormatError.self) { try decoded(bytes, key: Array("path".utf8)) }
  }
}
