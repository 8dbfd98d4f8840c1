import Testing
import VaultCore
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// Ref files changed by someone who can write to the vault and holds no key.
struct RefTamperingTests {
  private static let soc = Insider.refFile(Insider.soc)

  /// The small sample with further commits: five lines.
  private func sample() throws -> Insider {
    var insider = Insider()
    for name in ["c.txt", "d.txt", "e.txt"] { try insider.add(name, Array("\(name)\n".utf8)) }
    return insider
  }

  @Test func `a line taken out of the middle is found`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.remove(at: 2) }
    let outcome = try check(insider.contents)
    #expect(
      outcome.names.isSuperset(of: [.refChainBroken, .refSequence, .packUnnamed]), "\(outcome.text)")
    #expect(outcome.findings.contains { $0.name == .packUnnamed && $0.detail.contains("signed commit") })
  }

  @Test func `a last line that was taken away is found by the packs that it leaves`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.removeLast() }
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.unfinishedWrite], "\(outcome.text)")
    #expect(outcome.findings[0].detail.contains("signed commit"))
    #expect(outcome.findings[0].detail.contains("periods/soc2-2026 sequence 5"))
  }

  @Test func `two last lines that were taken away are found by the commit that lacks its parent`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.removeLast(2) }
    #expect(try check(insider.contents).names == [.unfinishedWrite, .refLineMissing])
  }

  @Test func `a last line dressed as an unfinished write is found`() throws {
    var insider = try sample()
    let last = try insider.refLines(Self.soc)[4]
    insider.change(Self.soc) { $0.removeLast(2) }
    let file = insider.contents[Insider.packfile("soc2-2026")]!
    let start = last.packs.map(\.offset).min()!
    let left = RefLine.PackLocation(
      pack: ObjectID(of: file[Int(start)...]), file: 1, offset: start, length: UInt64(file.count) - start)
    let before = try sample().refLines(Self.soc)[3]
    insider.append(before.with(residue: [left]), to: Self.soc)
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.refLineMissing], "\(outcome.text)")
  }

  @Test func `last lines dropped with their packs are seen by nobody without a later line`() throws {
    // The page says so; whoever finds a way to tell turns this test around.
    let before = try sample()
    var after = before
    try after.add("f.txt")
    #expect(try check(before.contents).sound && check(after.contents).sound)
  }

  @Test func `a period whose ref file is gone is found`() throws {
    var insider = try sample()
    insider.contents[Self.soc] = nil
    let outcome = try check(insider.contents)
    #expect(outcome.names == [.unfinishedWrite, .refMissing], "\(outcome.text)")
    insider.contents = insider.contents.filter { !$0.key.hasSuffix("trust.log") }
    #expect(try check(insider.contents).names.contains(.refMissing))
  }

  @Test func `a line that was edited is found`() throws {
    var insider = try sample()
    let line = try insider.refLines(Self.soc)[2]
    insider.change(Self.soc) { $0[2] = line.with(signatures: []).encoded() + [0x0A] }
    let outcome = try check(insider.contents)
    #expect(outcome.names.isSuperset(of: [.refChainBroken, .signatureMissing]), "\(outcome.text)")
  }

  @Test func `a line that was edited into another spelling is found`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0[2].insert(0x20, at: 1) }
    let outcome = try check(insider.contents)
    #expect(outcome.names.contains(.refLineMalformed), "\(outcome.text)")
  }

  @Test(arguments: [1, 2, 4]) func `a line that is repeated is found`(_ number: Int) throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.insert($0[number], at: number + 1) }
    let outcome = try check(insider.contents)
    #expect(outcome.names.isSuperset(of: [.refSequence, .refChainBroken, .packOverlap]), "\(outcome.text)")
  }

  @Test func `an old line put at the end is found`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.append($0[1]) }
    #expect(try check(insider.contents).names.isSuperset(of: [.refSequence, .refChainBroken, .packOverlap]))
  }

  @Test func `lines that changed places are found`() throws {
    var insider = try sample()
    insider.change(Self.soc) { $0.swapAt(2, 3) }
    let outcome = try check(insider.contents)
    #expect(outcome.names.isSuperset(of: [.refSequence, .refChainBroken]), "\(outcome.text)")
  }

  @Test func `lines that changed places and were chained anew are found by their commits`() throws {
    var insider = try sample()
    let lines = try insider.refLines(Self.soc)
    insider.contents[Self.soc] = nil
    var previous = lines[0].previous
    for (number, line) in [lines[0], lines[1], lines[3], lines[2], lines[4]].enumerated() {
      let moved = line.with(sequence: number + 1, previous: previous)
      insider.append(moved, to: Self.soc)
      previous = ObjectID(of: moved.encoded() + [0x0A])
    }
    let outcome = try check(insider.contents)
    #expect(outcome.names.isSuperset(of: [.commitMisplaced]), "\(outcome.text)")
  }

  @Test func `a line of another period is found`() throws {
    var insider = Insider(Samples.whole)
    let iso = try insider.refLines(Insider.refFile(TestVault.iso))[1]
    let file = insider.contents[Insider.packfile("iso-2026")]!
    let packs = iso.packs.map {
      insider.place(Array(file[Int($0.offset)..<Int($0.end)]), in: "soc2-2026")
    }
    let last = insider.lines(Self.soc)
    insider.append(
      iso.with(sequence: last.count + 1, packs: packs, previous: ObjectID(of: last[last.count - 1])),
      to: Self.soc)
    let outcome = try check(insider.contents)
    #expect(outcome.names.isSuperset(of: [.commitMisplaced, .commitCount]), "\(outcome.text)")
  }

  @Test func `a ref file of another vault is found`() throws {
    var insider = try sample()
    let first = try insider.refLines(Self.soc)[0]
    insider.change(Self.soc) {
      $0[0] = first.with(previous: ObjectID(of: [1])).encoded() + [0x0A]
    }
    #expect(try check(insider.contents).names == [.refChainBroken])
  }

  @Test func `a vault.json of another vault is found, and blames nothing else`() throws {
    var contents = Samples.small
    contents["\(TestVault.root)/vault.json"] = VaultFile(vault: ObjectID(of: [1])).encoded()
    let outcome = try check(contents)
    #expect(outcome.names == [.vaultFileMismatch], "\(outcome.text)")
    #expect(outcome.vault == ObjectID(of: TestVault.firstTrust.encoded()).description)
  }
}
