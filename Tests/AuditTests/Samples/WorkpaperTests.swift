import Testing
import VaultCore

@testable import VaultAudit

struct WorkpaperTests {
  private func row(_ id: String, notes: String = "") -> Workpaper.Row {
    var row = Workpaper.Row(record: 17, id: id, hash: String(repeating: "a", count: 64))
    row.notes = notes
    return row
  }

  @Test(arguments: [
    "", "=1+1", "+1", "-1", "@x", "\t", "'=1", "'", "a,b", "\"", "a\"b\"", "x\ny", "é", "\r\n", "\"\"", "x\r",
  ])
  func `any text is read back, and no cell is a formula`(text: String) throws {
    let paper = Workpaper(rows: [row(text, notes: text), row("2")])
    let bytes = paper.encoded()
    #expect(try Workpaper(decoding: bytes) == paper)
    let cells = String(decoding: bytes, as: UTF8.self).split(separator: ",").map { $0.drop { $0 == "\"" } }
    #expect(cells.allSatisfy { cell in !["=", "+", "-", "@"].contains(cell.prefix(1)) })
  }

  @Test func `what a spreadsheet has written again is read`() throws {
    let paper = Workpaper(rows: [row("1", notes: "fine")])
    let text = String(decoding: paper.encoded(), as: UTF8.self)
    let again = "\u{FEFF}" + text.split(separator: "\n").map { $0 + "\r\n" }.joined()
    #expect(try Workpaper(decoding: Array(again.utf8)) == paper)
  }

  @Test(arguments: [
    "", "index,id\n", "index,id,sha256,tester,date,outcome,notes",
    "index,id,sha256,tester,date,outcome,notes\n1,2\n",
    "index,id,sha256,tester,date,outcome,notes\n01,,a,,,,\n",
    "index,id,sha256,tester,date,outcome,notes\n-1,,a,,,,\n",
    "index,id,sha256,tester,date,outcome,notes\n1,a\"b,a,,,,\n",
    "index,id,sha256,tester,date,outcome,notes\n1,\"a,a,,,,\n",
    "index,id,sha256,tester,date,outcome,notes\n1,\"a\"b,a,,,,\n",
    "index,id,sha256,tester,date,outcome,notes\n1,,a,,,,",
  ])
  func `what is no workpaper is refused`(text: String) {
    #expect(throws: FormatError.self) { try Workpaper(decoding: Array(text.utf8)) }
  }

  @Test func `what a tester wrote stays with its record and no other`() {
    var written = row("1", notes: "seen")
    written.outcome = "pass"
    let kept = Workpaper(rows: [row("1"), row("2")]).keeping(Workpaper(rows: [written]))
    #expect(kept.rows[0].outcome == "pass" && kept.rows[1].outcome == "")
  }
}
