import VaultCore
import VaultFiles
import VaultStore

/// One folder of packs with the ref files that name what lies in it: a period, or the vault's own documents.
struct Area: Sendable {
  /// The period's name, or `@vault`.
  let name: String
  /// The folder of the packs.
  let folder: String
  /// The ref files that may name packs of the folder.
  let sources: [RefSource]
  /// What findings call the files with packs that are about to be added.
  var incoming: [String] = []

  static func trust(_ vault: VaultFolder) -> Area {
    Area(name: "@vault", folder: vault.vaultPacks, sources: [.trust])
  }

  static func period(_ name: String, _ vault: VaultFolder) -> Area {
    Area(name: name, folder: vault.packs(name), sources: [.ref(.period(name)), .ref(.reviews(name))])
  }

  /// A packfile below the vault's folder.
  func file(_ number: Int) -> String {
    let single = number - Int(PackFiles.firstSingle)
    return single < 0 ? "packs/\(name)/\(PackFolder.fileName(number))" : incoming[single]
  }

  /// A place in a packfile as findings spell it.
  func place(_ number: Int, _ offset: UInt64) -> String { "\(file(number))@\(offset)" }

  func place(_ claim: PackClaim) -> String { place(Int(claim.file), claim.offset) }
}

/// What an area's ref files say and how long its packfiles are, at one moment.
struct AreaSnapshot: Sendable {
  let area: Area
  private(set) var tables: [RefTable] = []
  /// Every region that a ref line names.
  private(set) var claims: [PackClaim] = []
  /// The packfiles that are there, with their lengths.
  private(set) var sizes: [Int: UInt64] = [:]
  private(set) var hasFolder = false
  private var findings: [Finding] = []
  private var disclosures: [Disclosure] = []
  private var isUnfinished = false

  /// Reads the area. What looks unfinished is read again while no writer holds the area; where one does, what
  /// it has not committed is left out and disclosed.
  static func take(_ area: Area, _ context: CheckContext) throws -> AreaSnapshot {
    let first = try AreaSnapshot(area, context)
    guard first.isUnfinished || first.hasTails else { return first.settled(context) }
    guard first.hasFolder, let lock = try? File(context.files, path: area.folder, mode: .readDirectory) else {
      return first.settled(context)
    }
    if (try? lock.lock(exclusive: false, wait: false)) == false { return first.inProgress().settled(context) }
    return try AreaSnapshot(area, context).settled(context)
  }

  private init(_ area: Area, _ context: CheckContext) throws {
    self.area = area
    for source in area.sources { try read(source, context) }
    try list(context)
  }

  private mutating func read(_ source: RefSource, _ context: CheckContext) throws {
    let path: String
    let first: ObjectID?
    switch source {
    case .trust: (path, first) = (context.vault.trustLog, nil)
    case .ref(let name): (path, first) = (context.vault.refFile(name), context.vault.id)
    }
    guard try context.kind(path) == .regular else { return }
    let walk = try RefWalk.read(source, place: tables.count, path: path, after: first, context)
    tables.append(walk.table)
    claims += walk.claims
    findings += walk.findings
    disclosures += walk.disclosures
    isUnfinished = isUnfinished || walk.isUnfinished
  }

  private mutating func list(_ context: CheckContext) throws {
    guard try context.kind(area.folder) == .directory else { return }
    hasFolder = true
    let names: [String]
    do throws(FileError) {
      names = try context.files.list(area.folder)
    } catch {
      guard error.errno == 84 else { throw error }
      // EILSEQ: a name that is not UTF-8.
      findings.append(
        Finding(.unknownFile, "packs/\(area.name)", "the folder holds a name that is not UTF-8"))
      return
    }
    for name in names {
      let path = Paths.join(area.folder, name)
      guard let number = PackFolder.number(name), try context.files.kind(path) == .regular else {
        findings.append(
          Finding(.unknownFile, "packs/\(area.name)/\(name)", "no packfile has this name and kind"))
        continue
      }
      sizes[number] = UInt64(try context.files.status(path: path, followLinks: false).size)
    }
  }

  /// Whether a packfile goes on behind what the refs name.
  private var hasTails: Bool {
    var ends: [Int: UInt64] = [:]
    for claim in claims { ends[Int(claim.file)] = max(ends[Int(claim.file)] ?? 0, claim.end) }
    return sizes.contains { $0.value > ends[$0.key] ?? 0 }
  }

  /// Leaves out what a writer that holds the area has not committed yet.
  private func inProgress() -> AreaSnapshot {
    var copy = self
    var ends: [Int: UInt64] = [:]
    for claim in claims { ends[Int(claim.file)] = max(ends[Int(claim.file)] ?? 0, claim.end) }
    for (number, size) in sizes { copy.sizes[number] = min(size, ends[number] ?? 0) }
    copy.findings.removeAll { $0.name == .unfinishedWrite }
    copy.disclosures.append(
      Disclosure(.writeInProgress, area.name, "a writer is at work; what it has not committed is left out"))
    return copy
  }

  private func settled(_ context: CheckContext) -> AreaSnapshot {
    for finding in findings { context.log.add(finding) }
    for disclosure in disclosures { context.log.disclose(disclosure) }
    var copy = self
    copy.findings = []
    copy.disclosures = []
    return copy
  }
}
