import VaultCore
import VaultFiles
import VaultStore

/// Makes everything that an entry says of its population again, from the records.
public struct PopulationVerification {
  /// One thing that was made again.
  public struct Check: Sendable {
    public let name: String
    /// What differs; nil where nothing does.
    public let flaw: String?

    public var isSound: Bool { flaw == nil }
  }

  private let vault: OpenVault
  private let reader: RefReader
  private let place: PathRecord
  private let entry: Entry
  private let population: Population
  private var checks: [Check] = []

  /// Verifies the population at `place`, and says how each of its facts compares with what was found.
  public static func run(_ vault: OpenVault, _ reader: RefReader, _ place: PathRecord) throws -> [Check] {
    let entry = try reader.entry(place)
    guard let population = entry.population else {
      throw StoreError(.badInput, "\(entry.path) is no population")
    }
    var verification = PopulationVerification(
      vault: vault, reader: reader, place: place, entry: entry, population: population)
    try verification.run()
    return verification.checks
  }

  private init(
    vault: OpenVault, reader: RefReader, place: PathRecord, entry: Entry, population: Population
  ) {
    self.vault = vault
    self.reader = reader
    self.place = place
    self.entry = entry
    self.population = population
  }

  private mutating func run() throws {
    let (vault, reader, place, entry) = (vault, reader, place, entry)
    try check("commit") { _ = try VerifiedCommit(vault, reader, sequence: place.sequence) }
    try check("table") { _ = try StoredPopulation(reader, entry) }
    let rescan = try RecordRescan(reader, entry, population, vault.folder)
    guard try check("bytes", { try rescan.run() }) else { return }
    compare("count", rescan.count == UInt64(population.count), "there are \(rescan.count) records")
    compare("root", rescan.root == population.root, "the records have the root \(rescan.root)")
    let responses = try response()
    let report = try rescan.report(also: responses.isSound ? [] : [.responseDiffers])
    compareFindings(report)
    if let flaw = responses.missing { checks.append(Check(name: "source-response", flaw: flaw)) }
    if responses.isThere {
      compare(
        "source-response", responses.isSound || declares(.responseDiffers), "it does not give the count")
    }
    try cut()
  }

  private func declares(_ finding: PopulationFinding) -> Bool {
    population.findings.contains { $0.name == finding.rawValue }
  }

  private mutating func compare(_ name: String, _ isSame: Bool, _ flaw: String) {
    checks.append(Check(name: name, flaw: isSame ? nil : flaw))
  }

  /// Notes whether `body` passes; what is wrong with the vault is a flaw, and all else is thrown on.
  @discardableResult
  private mutating func check(_ name: String, _ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      checks.append(Check(name: name, flaw: nil))
      return true
    } catch let error as StoreError where error.code == .damaged || error.code == .notFound {
      checks.append(Check(name: name, flaw: error.reason))
    } catch let error as FormatError {
      checks.append(Check(name: name, flaw: error.reason))
    }
    return false
  }

  private mutating func compareFindings(_ report: PopulationReport) {
    let found = report.counts
    let differing = found.filter { !population.findings.contains($0) }.map { "\($0.name): \($0.count) found" }
    let gone = population.findings.filter { said in !found.contains { $0.name == said.name } }
      .map { "\($0.name): none found, and the entry says \($0.count)" }
    let all = differing + gone
    compare("findings", all.isEmpty, all.joined(separator: "; "))
  }

  // MARK: - Source response and original

  private struct Responses {
    var isThere = false
    var isSound = true
    var missing: String?
  }

  private func response() throws -> Responses {
    guard let source = population.source, source.grade == .captured else { return Responses() }
    guard let place = try beside(SourceResponse.mark) else {
      return Responses(missing: "no response stands beside it, and the entry says that one was captured")
    }
    let text = try reader.objects.read(place.object, limit: PopulationAddition.responseLimit)
    return Responses(isThere: true, isSound: SourceResponse.names(source.count, in: text))
  }

  /// The newest entry whose path is the population's with `mark` and an ending behind it.
  private func beside(_ mark: String) throws -> Entry? {
    let prefix = Array((entry.path.text + mark).utf8)
    let folder = entry.path.text.lastIndex(of: "/").map { String(entry.path.text[..<$0]) }
    var found: PathRecord?
    try reader.index.forEachPath(in: folder) { record in
      let rest = record.path.dropFirst(prefix.count)
      guard record.path.starts(with: prefix), rest.isEmpty || rest.first == UInt8(ascii: "."),
        !rest.contains(UInt8(ascii: "/"))
      else { return }
      // Of the commit that added the population, or before: a later revision's answer is not this one's.
      if record.sequence <= place.sequence, record.sequence >= found?.sequence ?? 0 { found = record }
    }
    return try found.map { try reader.entry($0) }
  }

  private mutating func cut() throws {
    guard let cut = population.cut else { return }
    let entry = entry
    let reader = reader
    try check("cut") {
      let hasher = SHA256Hasher()
      var cutter = RecordCutter(cut.format)
      do {
        try reader.objects.stream(cut.object) { bytes in
          try cutter.add(bytes) { hasher.update($0) }
        }
        try cutter.finish { hasher.update($0) }
      } catch let error as CutError {
        throw FormatError(.malformed, "the original cannot be cut: \(error.reason)")
      }
      guard ObjectID(hasher.finish()) == entry.object else {
        throw FormatError(.malformed, "the original gives other records")
      }
    }
  }
}
