import Foundation
import Testing
import VaultFsck

/// docs/fsck-findings.md lists what the code can find, one to one.
struct FindingsPageTests {
  /// The rows of a section's table, their cells without back quotes.
  private func rows(_ section: String) throws -> [[String]] {
    var url = URL(filePath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    let page = try String(contentsOf: url.appending(path: "docs/fsck-findings.md"), encoding: .utf8)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "## " + section }.dropFirst().prefix { !$0.hasPrefix("## ") }
    return lines.filter { $0.hasPrefix("| `") }.map { line in
      line.split(separator: "|").map {
        String($0).trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "`", with: "")
      }
    }
  }

  @Test func `the page lists every finding with its severity, in the order of the code`() throws {
    let rows = try rows("Findings")
    #expect(rows.map { $0[0] } == Finding.Name.allCases.map(\.rawValue))
    #expect(rows.map { $0[1] } == Finding.Name.allCases.map(\.severity.rawValue))
    #expect(rows.allSatisfy { $0.count == 4 && !$0[2].isEmpty && !$0[3].isEmpty })
  }

  @Test func `the page lists every disclosure`() throws {
    let rows = try rows("Disclosures")
    #expect(rows.map { $0[0] } == Disclosure.Name.allCases.map(\.rawValue))
    #expect(rows.allSatisfy { $0.count == 2 && !$0[1].isEmpty })
  }
}
