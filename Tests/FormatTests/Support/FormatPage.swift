/// docs/format.md, or another page, as the tests read it: its fenced blocks, and its table of limits.
struct FormatPage {
  /// One fenced block.
  struct Block {
    /// What stands behind the opening fence, split at spaces.
    let info: [String]
    let lines: [String]
  }

  let blocks: [Block]
  private let lines: [Substring]

  init(_ page: String = "docs/format.md") throws {
    lines = try Repository.text(page).split(separator: "\n", omittingEmptySubsequences: false)
    var blocks: [Block] = []
    var open: (info: [String], lines: [String])?
    for line in lines {
      if let block = open {
        if line == "```" {
          blocks.append(Block(info: block.info, lines: block.lines))
          open = nil
        } else {
          open?.lines.append(String(line))
        }
      } else if line.hasPrefix("```") {
        open = (line.dropFirst(3).split(separator: " ").map(String.init), [])
      }
    }
    self.blocks = blocks
  }

  /// The blocks whose info begins with these words.
  func blocks(_ info: String...) -> [Block] { blocks.filter { $0.info.starts(with: info) } }

  /// The rows `name`, value of the table under "Limits".
  var limits: [String: UInt64] {
    var out: [String: UInt64] = [:]
    for line in lines.drop(while: { !$0.hasSuffix(". Limits") }) {
      let cells = line.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }
      guard cells.count == 3, cells[0].hasPrefix("`"), let value = UInt64(cells[1]) else { continue }
      out[String(cells[0].dropFirst().dropLast())] = value
    }
    return out
  }
}

extension FormatPage.Block {
  /// The block's only line.
  var bytes: [UInt8] { Array(lines.joined(separator: "\n").utf8) }

  /// The bytes of a hexdump, and where in its file it says that they stand.
  var dump: (offset: Int, bytes: [UInt8])? {
    guard info.count == 2, let offset = Int(info[1]) else { return nil }
    var out: [UInt8] = []
    for line in lines {
      let cells = line.split(separator: "|", maxSplits: 2)
      guard cells.count >= 2, Int(cells[0].dropLast(), radix: 16) == offset + out.count else { return nil }
      for digits in cells[1].split(separator: " ") {
        guard let byte = UInt8(digits, radix: 16) else { return nil }
        out.append(byte)
      }
    }
    return (offset, out)
  }

  /// A console's commands with what they print.
  var commands: [(command: String, output: String)] {
    var out: [(command: String, output: String)] = []
    for line in lines {
      if line.hasPrefix("$ ") {
        out.append((String(line.dropFirst(2)), ""))
      } else if line.hasPrefix("> "), let last = out.last, last.output.isEmpty {
        out[out.count - 1].command += "\n" + line.dropFirst(2)
      } else if !out.isEmpty {
        out[out.count - 1].output += line + "\n"
      }
    }
    return out
  }
}
