import Foundation
import Testing
import VaultRemote

@Suite struct RefusalTests {
  @Test func `every code stands in the table of the protocol's page`() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "docs/protocol.md"), encoding: .utf8)
    for code in Refusal.Code.allCases { #expect(page.contains("\n| `\(code.rawValue)` |"), "\(code)") }
  }
}

/// The repository that the tests stand in.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
