import Foundation
import Testing
import VaultCore
import VaultFiles
import VaultFsck
import VaultSigning
import VaultStore

/// read_vault.py knows docs/format.md and none of this code: both must see the same vault.
struct SecondReaderTests {
  private static let vaults = [
    "Fixtures/frozen-vault/vault", "Fixtures/format-example/vault", "Fixtures/repudiated-vault",
    "Fixtures/reviewed-vault",
    "Fixtures/sealed-vault",
  ]
  private static let script = Repository.path("Tests/FormatTests/read_vault.py")

  private func read(_ vault: String, _ options: String...) throws -> Repository.Outcome {
    try Repository.run("/usr/bin/env", ["python3", Self.script, vault] + options)
  }

  @Test(arguments: vaults) func `a reader written from the page proves the vault and sees what this one sees`(
    name: String
  ) throws {
    let path = Repository.path(name)
    let result = try read(path, "--json")
    try #require(result.status == 0, "\(result.errors)")
    let theirs = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
    #expect(theirs == (try Summary(VaultFolder.open(SystemFiles.shared, root: path))))
  }

  @Test func `the reader written from the page gives the evidence's bytes, and refuses another id`() throws {
    let path = Repository.path("Fixtures/format-example/vault")
    let review = try Repository.text("Fixtures/format-example/review.txt")
    #expect(try read(path, "--cat", "soc2-2026-h1:CC6.2/review.txt").output == review)
    let other = try read(path, "--pin", ObjectID(of: []).description)
    #expect(other.status == 1 && other.errors.contains("this is the vault sha256:"))
  }

  @Test func `the reader written from the page passes over what is repudiated`() throws {
    let result = try read(
      Repository.path("Fixtures/repudiated-vault"), "--cat", "soc2-2026-h1:CC6.2/review.txt")
    #expect(result.output == "thirty accounts reviewed\n")
  }

  @Test func `both readers refuse reviews with any byte changed`() throws {
    let folder = try Folder()
    let sound = Repository.path("Fixtures/reviewed-vault")
    #expect(try read(sound).output.contains("reviews: 2 draws, 2 results"))
    for (number, file) in ["refs/reviews/soc2-2026-h1.log", "packs/soc2-2026-h1/000001.pack"].enumerated() {
      let vault = try folder.copy("Fixtures/reviewed-vault")
      let url = URL(filePath: vault + "/" + file)
      let bytes = try Data(contentsOf: url)
      for step in 0..<4 {
        var damaged = bytes
        damaged[(step * bytes.count + number * 7 + 5) / 4 % bytes.count] ^= 1
        try damaged.write(to: url)
        #expect(try read(vault).status == 1, "\(file) \(step)")
        #expect(try !Fsck.run(SystemFiles.shared, root: vault).sound, "\(file) \(step)")
      }
    }
  }

  @Test func `both readers know the logs in the trust, and refuse a log's key that is none`() throws {
    let folder = try Folder()
    let file = try NoteSigner.keyFile(seed: Array(repeating: 1, count: 32), comment: "")
    let key = try NoteSigner(name: "example.org/log", file: file).verifier.description
    let flawed = [
      key.replacing("org", with: "com"), key.replacing("+A", with: "+B"), String(key.dropLast()),
      "a b" + key.dropFirst(15),
    ]
    for (number, key) in ([key] + flawed).enumerated() {
      let vault = folder.path + "/\(number)"
      try Self.make(vault, naming: Trust.Log(name: "origin", key: key), signedBy: SSHPrivateKey(file: file))
      let result = try read(vault, "--json")
      #expect(result.status == (number == 0 ? 0 : 1), "\(key): \(result.errors)")
      #expect(result.output.contains("\"logs\": [\"origin\"]") == (number == 0))
      #expect(try Fsck.run(SystemFiles.shared, root: vault).sound == (number == 0), "\(key)")
    }
  }

  @Test(arguments: [
    (".git/config", false), ("CC1/.GIT", false), ("CC1/.git/hooks/x", false), ("a/.Vault/b", false),
    (".github/x", true), ("a.git/x", true), (".gitignore", true),
  ])
  func `both readers refuse paths into a folder that a vault or git takes for its own`(
    path: String, isPath: Bool
  ) throws {
    let folder = (Self.script as NSString).deletingLastPathComponent
    let code =
      "import sys; sys.path.insert(0, sys.argv[1]); import read_vault; read_vault.check_path(sys.argv[2])"
    let theirs = try Repository.run("/usr/bin/env", ["python3", "-B", "-c", code, folder, path])
    #expect((theirs.status == 0) == isPath, "\(theirs.errors)")
    #expect(((try? EvidencePath(path)) != nil) == isPath)
  }

  /// A vault of one trust document.
  private static func make(_ root: String, naming log: Trust.Log, signedBy key: SSHPrivateKey) throws {
    let trust = Trust(
      number: 1, vault: nil, previous: nil, nonce: String(repeating: "5a", count: 32),
      rootKeys: [key.publicKey.openSSHLine], threshold: 1, signers: [], revocations: [], logs: [log],
      time: Timestamp(date: "2026-01-01")!)
    let blob = try key.sign(trust.encoded(), namespace: Trust.signatureNamespace).blob
    let signature = SignatureDocument(
      object: ObjectID(of: trust.encoded()), namespace: Trust.signatureNamespace,
      signature: Base64.encode(blob))
    _ = try VaultFolder.create(SystemFiles.shared, root: root, first: trust, signatures: [signature])
  }

  /// Each bit of a vault is covered by a hash, a CRC or the form of what it stands in.
  @Test func `both readers refuse the example with any byte changed`() throws {
    let folder = try Folder()
    let files = [
      "vault.json", "refs/trust.log", "refs/periods/soc2-2026-h1.log", "packs/@vault/000001.pack",
      "packs/soc2-2026-h1/000001.pack",
    ]
    for (number, file) in files.enumerated() {
      let vault = try folder.copy("Fixtures/format-example/vault")
      let url = URL(filePath: vault + "/" + file)
      let sound = try Data(contentsOf: url)
      for step in 0..<6 {
        var bytes = sound
        let at = (step * bytes.count + number * 7) / 6 % bytes.count
        bytes[at] ^= 1 << UInt8(step)
        try bytes.write(to: url)
        #expect(try read(vault).status == 1, "\(file) at \(at)")
        #expect(try !Fsck.run(SystemFiles.shared, root: vault).sound, "\(file) at \(at)")
      }
    }
  }
}

/// What both readers say of a vault.
private struct Summary: Decodable, Equatable {
  struct Period: Decodable, Equatable {
    let commits: Int
    let tip: String
    let lines: Int
    let root: String
    let state: String
    /// The seal document.
    let seal: String?
    let entries: [Entry]
    let reviews: Reviews?
  }

  struct Reviews: Decodable, Equatable {
    var commits: Int
    /// The records of each draw, by its leaf.
    var draws: [String: [Int]] = [:]
    /// The newest outcome of each record, by draw and record.
    var results: [String: String] = [:]
  }

  struct Entry: Decodable, Equatable {
    let path: String
    let revision: Int
    let object: String
    let size: Int
    let leaf: Int
    let records: Int?
    /// Why it does not count.
    let repudiated: String?
  }

  let vault: String
  let trust: [String]
  let periods: [String: Period]

  /// What the library sees.
  init(_ folder: VaultFolder) throws {
    vault = folder.id.description
    trust = try TrustStore(folder).all().map { $0.id.description }
    var periods: [String: Period] = [:]
    for name in try folder.periods() {
      let reader = RefReader(try RefIndex.open(folder, .period(name)))
      let (tip, commit) = try #require(try reader.tip())
      var entries: [Entry] = []
      try reader.index.forEachPath(in: nil) { record in
        let entry = try reader.entry(record)
        entries.append(
          Entry(
            path: entry.path.text, revision: entry.revision, object: entry.object.description,
            size: Int(entry.size), leaf: Int(record.leaf), records: entry.population?.count,
            repudiated: try Self.reason(record, reader)))
      }
      periods[name] = Period(
        commits: commit.sequence, tip: tip.description, lines: commit.count, root: commit.root.description,
        state: reader.index.progress.state.rawValue, seal: reader.index.sealed?.description,
        entries: entries.sorted { $0.leaf < $1.leaf }, reviews: try Self.reviews(folder, name))
    }
    self.periods = periods
  }

  private static func reviews(_ folder: VaultFolder, _ period: String) throws -> Reviews? {
    guard try folder.reviews().contains(period) else { return nil }
    let reader = RefReader(try RefIndex.open(folder, .reviews(period)))
    var out = Reviews(commits: reader.index.sequence)
    var leaf = 0
    for sequence in 1...reader.index.sequence {
      for bytes in try reader.addedLines(sequence).split(separator: 0x0A) {
        switch try Line(decoding: Array(bytes)) {
        case .draw(let draw): out.draws["\(leaf)"] = SampleLottery.records(of: draw).map { Int($0) }
        case .result(let result): out.results["\(result.draw) \(result.record)"] = result.outcome.rawValue
        default: break
        }
        leaf += 1
      }
    }
    return out
  }

  /// Why an entry does not count, as the line says that repudiates its commit.
  private static func reason(_ record: PathRecord, _ reader: RefReader) throws -> String? {
    guard let claim = reader.index.repudiations(ofLeaf: record.leaf).first else { return nil }
    for bytes in try reader.addedLines(claim.by).split(separator: 0x0A) {
      if case .repudiate(let found) = try Line(decoding: Array(bytes)), found.sequence == claim.sequence {
        return found.reason
      }
    }
    return nil
  }
}
