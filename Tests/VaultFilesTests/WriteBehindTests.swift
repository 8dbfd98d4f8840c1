import Testing

@testable import VaultFiles

@Suite struct `Files that are written behind` {
  private typealias Plan = WritePlan<String>
  private static let step = Plan.step

  /// What was asked for, in words.
  private func words(_ requests: [Plan.Request]) -> [String] {
    requests.map { "\($0.kind) \($0.file) \($0.at / 1024) \($0.count / 1024)" }
  }

  /// A file that grows by pieces to `end` and ends there.
  private func make(_ file: String, _ plan: inout Plan, pieces size: Int64, to end: Int64) -> [Plan.Request] {
    var out: [Plan.Request] = []
    for start in stride(from: 0, to: end, by: Int64.Stride(size)) {
      out += plan.grew(file, from: start, to: min(start + size, end), keeping: false)
    }
    return out + plan.ended(file, at: end)
  }

  @Test(arguments: [1000, 65_536, 3 << 20, 8 << 20, 50 << 20])
  func `are given to the disk once, without gaps, and forgotten later in the same order`(piece: Int64) {
    var plan = Plan()
    let asked = make("a", &plan, pieces: piece, to: 100 << 20) + make("b", &plan, pieces: piece, to: 60 << 20)
    for (file, end) in [("a", Int64(100) << 20), ("b", Int64(60) << 20)] {
      var at: Int64 = 0
      for write in asked where write.file == file && write.kind == .write {
        #expect(write.at == at)
        at += write.count
      }
      #expect(at == end)
    }
    let written = asked.filter { $0.kind == .write }
    let forgotten = asked.filter { $0.kind == .forget }
    #expect(
      zip(written, forgotten).allSatisfy { $0.file == $1.file && $0.at == $1.at && $0.count == $1.count })
    // What is written and not forgotten is what the disk is given the time for.
    let left = written.dropFirst(forgotten.count).reduce(0) { $0 + $1.count }
    #expect(left <= Plan.lag && left > Plan.lag - max(Self.step, piece / Self.step * Self.step))
  }

  @Test func `are left alone where they are short`() {
    var plan = Plan()
    for number in 0..<1000 {
      #expect(make("\(number)", &plan, pieces: 4096, to: Plan.shortest - 1).isEmpty)
    }
    #expect(words(make("long", &plan, pieces: 4096, to: Plan.shortest)) == ["write long 0 8192"])
  }

  @Test func `stay in memory where they are read again`() {
    var plan = Plan()
    let half = (0..<Int64(20)).flatMap { number -> [Plan.Request] in
      plan.grew("a", from: number * Self.step, to: (number + 1) * Self.step, keeping: number % 2 == 0)
    }
    #expect(half.filter { $0.kind == .write }.count == 20)
    let forgotten = half.filter { $0.kind == .forget }
    let odd: [Int64] = [1, 3, 5, 7, 9, 11]
    #expect(forgotten.map(\.at) == odd.map { $0 * Self.step })
  }

  @Test func `go on behind what an earlier attempt left`() {
    var plan = Plan()
    let end = Self.step * 3 / 2
    #expect(
      words(plan.grew("a", from: end, to: end + Self.step / 2, keeping: false)) == ["write a 8192 8192"])
  }

  @Test func `have the same bytes once they are forgotten`() throws {
    try inTemporaryFolder { folder in
      let file = try SharedFile(path: "\(folder)/long", mode: [.appendOrCreate, .read])
      let behind = WriteBehind()
      let pieces = 70
      for number in 0..<pieces {
        try file.file.writeAll([UInt8](repeating: UInt8(number), count: 1 << 20))
        behind.grew(file, from: Int64(number) << 20, to: Int64(number + 1) << 20)
      }
      behind.ended(file, at: Int64(pieces) << 20)
      for number in 0..<pieces {
        let bytes = try file.readFully(at: Int64(number) << 20, count: 1 << 20)
        #expect(bytes.count == 1 << 20 && bytes.allSatisfy { $0 == UInt8(number) })
      }
    }
  }
}
