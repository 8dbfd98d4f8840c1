import Testing
import VaultCore
import VaultFiles

@testable import VaultStore

@Suite struct `The index of a ref` {
  /// Everything that two indexes must agree on.
  private func expectSame(_ a: RefIndex, _ b: RefIndex, _ leaves: some Sequence<UInt64>) throws {
    #expect(a.tip == b.tip && a.sequence == b.sequence && a.count == b.count && a.frontier == b.frontier)
    #expect(a.head?.packEnds == b.head?.packEnds)
    #expect(a.repudiated == b.repudiated)
    func paths(_ index: RefIndex) throws -> [PathRecord] {
      var out: [PathRecord] = []
      try index.forEachPath(in: nil) { out.append($0) }
      return out
    }
    let records = try paths(a)
    #expect(try records == paths(b))
    for sequence in 1...max(1, a.sequence) { #expect(a.commit(sequence) == b.commit(sequence)) }
    let (ra, rb) = (RefReader(a), RefReader(b))
    for sequence in stride(from: 1, through: a.sequence, by: 7) {
      #expect(try ra.addedBytes(sequence) == UInt64(rb.addedLines(sequence).count))
    }
    for leaf in leaves {
      #expect(a.sequence(ofLeaf: leaf) == b.sequence(ofLeaf: leaf))
      #expect(try ra.inclusionProof(leaf: leaf) == rb.inclusionProof(leaf: leaf))
    }
    for record in records where record.leaf % 7 == 0 {
      let path = try EvidencePath(String(decoding: record.path, as: UTF8.self))
      #expect(a.revisions(path) == b.revisions(path))
      let entry = try ra.entry(record)
      #expect(entry.path == path)
      #expect(try Set(a.places(entry.object)) == Set(b.places(entry.object)))
      let keys = DeltaKeys.of(path: path.text, system: "test", series: nil)
      #expect(keys.map(a.recordedBase) == keys.map(b.recordedBase))
    }
  }

  /// Checks that every one of `leaves` is proved to be in the tree of the tip.
  private func expectProofs(_ reader: RefReader, _ leaves: some Sequence<UInt64>) throws {
    let root = try #require(try reader.tip()).1.root
    let hasher = MerkleHasher()
    var lines: [UInt64: [UInt8]] = [:]
    try reader.index.forEachPath(in: nil) { lines[$0.leaf] = try reader.lineBytes($0) }
    for leaf in leaves {
      guard let line = lines[leaf] else { continue }
      #expect(try reader.inclusionProof(leaf: leaf).root(leaf: hasher.leaf(line), hasher) == root)
    }
  }

  @Test func `is the same a commit at a time and made from nothing`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    var random = SplitMix64(seed: 1)
    for commit in 0..<70 {
      let count = commit % 9 == 0 ? 40 : Int(random.next() % 4) + 1
      try vault.add(
        (0..<count).map { number in
          let name = commit % 2 == 0 ? "Day-\(commit)/export-\(number).json" : "other/\(commit)/\(number)"
          return (
            name, Content.edited(Content.text(3000, seed: UInt64(number)), changes: 2, seed: random.next())
          )
        })
      if commit % 10 == 3 || commit > 66 {
        let index = try vault.index()
        #expect(index.stored == index.segments.count, "nothing is replayed")
        let leaves = stride(from: 0, to: index.count, by: 17)
        try expectSame(index, RefIndex.rebuilt(vault.folder, TestVault.period, index.folder), leaves)
        try expectProofs(RefReader(index), 0..<index.count)
      }
    }
    #expect(try vault.index().segments.count < 20, "segments are merged")
  }

  @Test func `is the same for a commit whose lines are read in several batches`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    let count = 2 * IndexRows.batch + 70
    try vault.add((0..<count).map { ("many/\($0)", Array("\($0)".utf8)) })
    let index = try vault.index()
    let leaves = stride(from: 0, to: index.count, by: 97)
    #expect(index.count == UInt64(count) + 1)
    try expectSame(index, RefIndex.rebuilt(vault.folder, TestVault.period, index.folder), leaves)
    try expectProofs(RefReader(index), leaves)
    for number in [0, IndexRows.batch - 2, IndexRows.batch, count - 1] {
      let path = try EvidencePath("many/\(number)")
      #expect(index.latest(path).map { String(decoding: $0.path, as: UTF8.self) } == path.text)
    }
  }

  @Test func `answers for paths that are prefixes of each other and differ little`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    var random = SplitMix64(seed: 5)
    var paths: Set<String> = []
    while paths.count < 600 {
      let letters = (0..<Int(random.next() % 12 + 1)).map { _ in ["a", "b", "é", "-"][Int(random.next() % 4)]
      }
      // One folder deep throughout, so that none is a file and a folder at once.
      paths.insert("\(letters.joined())/f\(random.next() % 3)")
    }
    let shuffled = paths.sorted().shuffled(using: &random)
    for start in stride(from: 0, to: 600, by: 40) {
      let lines = try shuffled[start..<start + 40].map { try TestVault.entry($0, [1]).encoded() }
      try vault.commit(RefWriter.Addition(lines: lines))
    }
    let index = try vault.index()
    var leaf: UInt64 = 1
    for path in shuffled {
      let found = try #require(index.latest(try EvidencePath(path)))
      #expect(found.leaf == leaf && found.path == Array(path.utf8))
      #expect(index.latest(try EvidencePath(path + "x")) == nil)
      leaf += 1
    }
    for folder in Set(shuffled.map { String($0.split(separator: "/")[0]) }) {
      for name in [folder, folder + "-", folder + "a", String(folder.dropLast()) + "b"] {
        let inside = paths.contains { $0.hasPrefix(name + "/") }
        #expect((index.conflict(try EvidencePath(name)) != nil) == inside, "\(name)")
      }
    }
    var listed: [[UInt8]] = []
    try index.forEachPath(in: nil) { listed.append($0.key) }
    #expect(listed.count == 600)
    #expect(zip(listed, listed.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) })
    let folder = String(shuffled[0].split(separator: "/")[0])
    var inside: [String] = []
    try index.forEachPath(in: folder) { inside.append(String(decoding: $0.path, as: UTF8.self)) }
    #expect(Set(inside) == paths.filter { $0.hasPrefix(folder + "/") })
  }

  @Test func `finds what cannot stand beside a path`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    let here = ["Reports/Q1.pdf", "caf\u{E9}/menu", "a/b/c", "a-b", "x"]
    for path in here {
      try vault.commit(RefWriter.Addition(lines: [try TestVault.entry(path, [1]).encoded()]))
    }
    let index = try vault.index()
    for path in here { #expect(index.conflict(try EvidencePath(path)) == nil) }
    let clashes = [
      ("reports/q1.pdf", "Reports/Q1.pdf"), ("REPORTS/Q1.PDF", "Reports/Q1.pdf"),
      ("cafe\u{301}/menu", "caf\u{E9}/menu"), ("CAF\u{C9}/menu", "caf\u{E9}/menu"), ("a", "a/b/c"),
      ("A/b", "a/b/c"), ("x/y", "x"), ("X/y/z", "x"), ("a/b/c/d", "a/b/c"), ("reports", "Reports/Q1.pdf"),
    ]
    for (path, other) in clashes { #expect(index.conflict(try EvidencePath(path)) == other) }
    for path in ["a/b/cc", "a/b/C2", "a-", "a-b-c", "reports/q2.pdf", "xy", "b"] {
      #expect(index.conflict(try EvidencePath(path)) == nil)
    }
  }

  @Test func `keeps revisions in order across segments`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    for revision in 1...20 {
      try vault.add([("policy.txt", bytes("revision \(revision)"))], revision: revision)
      try vault.add([("other-\(revision).txt", [UInt8(revision)])])
    }
    let reader = try vault.reader()
    let found = reader.index.revisions(try EvidencePath("policy.txt"))
    #expect(found.map(\.revision) == Array(1...20))
    #expect(
      try found.map { try reader.entry($0).object } == (1...20).map { ObjectID(of: bytes("revision \($0)")) })
  }
}

@Suite struct `A damaged index` {
  private static func vault(commits: Int = 21) throws -> (TestVault, MemoryFiles) {
    let files = MemoryFiles()
    let vault = try TestVault(files)
    try vault.openPeriod()
    for commit in 0..<commits {
      try vault.add((0..<6).map { ("c\(commit)/f\($0)", Content.text(60, seed: UInt64(commit * 10 + $0))) })
    }
    return (vault, files)
  }

  /// What a user can ask, as one value to compare.
  private func answers(_ vault: TestVault) throws -> [String] {
    let index = try vault.index()
    let reader = RefReader(index)
    var out = ["\(index.sequence) \(index.count) \(index.tip?.hex ?? "")"]
    for commit in [0, 5, 20] {
      let path = try EvidencePath("c\(commit)/f3")
      guard let record = index.latest(path) else { return out + ["no \(path)"] }
      let entry = try reader.entry(record)
      out.append("\(entry.object) \(try reader.objects.read(entry.object, limit: 100).count)")
      out.append("\(try reader.inclusionProof(leaf: record.leaf).path.map(\.hex))")
    }
    out.append("\(index.conflict(try EvidencePath("C3/F4")) ?? "none")")
    for sequence in [1, 9, 22] { out.append(index.commit(sequence)?.id.hex ?? "none") }
    try index.forEachPath(in: nil) { out.append(String(decoding: $0.path, as: UTF8.self)) }
    return out
  }

  private func segments(_ files: MemoryFiles) -> [String] {
    files.allFiles().keys.filter { $0.hasSuffix(".idx") }.sorted()
  }

  @Test func `with any bit flipped answers as if it were sound`() throws {
    let (vault, files) = try Self.vault()
    let right = try answers(vault)
    #expect(right.count == 11 + 126)
    for path in segments(files) {
      let sound = try #require(files.allFiles()[path])
      var random = SplitMix64(seed: 3)
      for _ in 0..<15 {
        var spoiled = sound
        spoiled[Int(random.next() % UInt64(sound.count))] ^= 1 << UInt8(random.next() % 8)
        files.plant(path, spoiled)
        #expect(try answers(vault) == right)
      }
      files.plant(path, sound)
    }
    #expect(try answers(vault) == right)
  }

  @Test func `finds every object, however their hashes are spread`() throws {
    let (vault, _) = try Self.vault(commits: 3)
    let covered = try #require(try vault.index().segments.last)
    var random = SplitMix64(seed: 17)
    for count in [0, 1, 2, 3, 17, 300, 5000] {
      for spread: (UInt64) -> UInt64 in [
        { $0 }, { $0 >> 40 }, { .max - $0 >> 40 }, { $0 & 1 << 63 }, { _ in 7 }, { $0 >> ($0 % 64) },
      ] {
        let keys = (0..<count).map { _ in spread(random.next()) }.sorted()
        var builder = IndexBuilder()
        builder.commits = (covered.head.firstSequence...covered.head.lastSequence).compactMap(covered.commit)
        builder.objects = keys.enumerated().map { number, key in
          var digest: [UInt8] = []
          for shift in stride(from: 56, through: 0, by: -8) {
            digest.append(UInt8(truncatingIfNeeded: key >> shift))
          }
          let id = ObjectID(Digest(digest + [UInt8](repeating: 0, count: 24))!)
          return ObjectRecord(id, ObjectLocation(file: 1, block: UInt64(number), ordinal: 0, length: nil))
        }
        let made = try #require(
          IndexSegment(.memory(builder.encoded(covered.head)), vault: vault.folder.id, ref: TestVault.period))
        let asked = keys.prefix(200).flatMap { [$0, $0 &- 1, $0 &+ 1] } + [0, .max, 1 << 63]
        for low in asked {
          for high in [low, low | 0xFFFF] {
            var found: [UInt64] = []
            made.objects(from: low, through: high) { found.append($0.prefix) }
            #expect(found == keys.filter { low <= $0 && $0 <= high })
          }
        }
      }
    }
  }

  @Test func `that is cut off or empty is as good as none`() throws {
    let (vault, files) = try Self.vault()
    let right = try answers(vault)
    for path in segments(files) {
      let sound = try #require(files.allFiles()[path])
      for count in [0, 1, 15, 16, 40, sound.count / 2, sound.count - 1] {
        files.plant(path, Array(sound.prefix(count)))
        #expect(try answers(vault) == right)
        files.plant(path, Array(sound.prefix(count)) + [UInt8](repeating: 0, count: sound.count - count))
        #expect(try answers(vault) == right)
      }
      files.plant(path, sound + [0])
      #expect(try answers(vault) == right)
      files.plant(path, sound)
    }
  }

  @Test func `of another vault or ref is not taken`() throws {
    let (vault, files) = try Self.vault()
    let right = try answers(vault)
    let (other, otherFiles) = try Self.vault(commits: 3)
    #expect(other.folder.id == vault.folder.id, "only its commits differ")
    for path in segments(files) {
      for foreign in segments(otherFiles) { files.plant(path, otherFiles.allFiles()[foreign]!) }
      #expect(try answers(vault) == right)
    }
    try vault.add([("more", [1])])
    #expect(try vault.index().stored == vault.index().segments.count, "the next writer mends it")
  }

  @Test func `is mended by the next commit, and what is left over is cleared away`() throws {
    let (vault, files) = try Self.vault()
    let folder = vault.folder.index(TestVault.period)
    try files.writeNewFile(folder + "/1-999.idx", [1, 2, 3])
    try files.writeNewFile(folder + "/.tmp-dead", [1, 2, 3])
    let first = try #require(segments(files).first { $0.hasPrefix(folder + "/1-") && !$0.contains("999") })
    files.plant(first, [])
    try vault.add([("more", [1])])
    #expect(try vault.index().segments.count == 1)
    #expect(try files.list(folder) == ["1-23.idx"])
    try vault.add([("again", [1])])
    #expect(try vault.index().sequence == 24)
  }

  @Test func `covering more than a ref file that was cut shorter is discarded`() throws {
    let (vault, files) = try Self.vault()
    let log = vault.folder.refFile(TestVault.period)
    let lines = try #require(files.allFiles()[log]).split(separator: 0x0A)
    let cut = lines.prefix(12).map { Array($0) + [0x0A] }.joined()
    files.plant(log, Array(cut))
    let index = try vault.index()
    #expect(index.sequence == 12)
    #expect(index.latest(try EvidencePath("c15/f1")) == nil)
    // Packs behind the cut are residue now; the next commit says so.
    try vault.add([("after", [1])])
    #expect(try vault.index().sequence == 13)
    #expect(try vault.reader().refLine(13).residue.count == 1)
    #expect(try vault.index().latest(EvidencePath("c11/f1")) == nil)
    #expect(try vault.index().latest(EvidencePath("c10/f1")) != nil)
  }

  @Test func `says the same of a path whether its folder was asked about before or not`() throws {
    let vault = try TestVault()
    try vault.openPeriod()
    try vault.add([("a/b/c", [1]), ("a/b.c/d", [2]), ("a/e", [3]), ("f", [4]), ("G/h", [5])])
    try vault.add([("a/b/d", [6]), ("i/j/k/l", [7])])
    let index = try vault.index()
    let names = ["a", "b", "b.c", "c", "d", "e", "f", "g", "G", "h", "H", "i", "j", "k", "l", "m"]
    var rng = SplitMix64(seed: 11)
    var folders = RefIndex.Folders()
    for _ in 0..<3000 {
      let text = (0...Int(rng.next() % 4)).map { _ in names[Int(rng.next() % 16)] }.joined(separator: "/")
      let path = try EvidencePath(text)
      let warm = index.standing(path, &folders)
      #expect(warm.conflict == index.conflict(path), "\(text)")
      #expect(warm.latest == index.latest(path), "\(text)")
    }
    #expect(index.conflict(try EvidencePath("a/b")) == "a/b/c")
    #expect(index.conflict(try EvidencePath("f/new/x")) == "f")
  }

  @Test func `is never written by a reader`() throws {
    let (vault, files) = try Self.vault(commits: 10)
    for path in segments(files) { try files.unlink(path) }
    let before = files.allFiles()
    _ = try vault.reader().entry(try #require(vault.index().latest(try EvidencePath("c3/f3"))))
    #expect(files.allFiles() == before)
    #expect(files.openMappings == 0)
  }
}

extension RefIndex {
  fileprivate func conflict(_ path: EvidencePath) -> String? {
    var folders = Folders()
    return standing(path, &folders).conflict
  }
}
