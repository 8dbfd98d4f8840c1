import VaultCore
import VaultFiles
import VaultStore

/// Accounts for every byte of an area's packfiles that is no pack of a ref line.
struct ResidueCheck {
  private let snapshot: AreaSnapshot
  private let context: CheckContext
  private var unnamed: [ResidueScan.FoundCommit] = []
  /// Commits whose ref lines a remote's next push writes.
  private let owed: Set<ObjectID>

  static func run(_ snapshot: AreaSnapshot, _ coverage: Coverage, _ context: CheckContext) throws {
    let folder = PackFolder(context.files, path: snapshot.area.folder)
    let owed = coverage.gaps.isEmpty ? [] : try LoggedCommits.owed(context.vault)
    var check = ResidueCheck(snapshot: snapshot, context: context, owed: owed)
    for claim in coverage.residue {
      let scan = try ResidueScan(
        folder, file: Int(claim.file), offset: claim.offset, length: claim.length, context.meter)
      try check.explained(claim, scan)
    }
    for gap in coverage.gaps {
      let scan = try ResidueScan(
        folder, file: gap.file, offset: gap.offset, length: gap.length, context.meter)
      check.unexplained(gap, scan)
    }
    try check.findRemovedLines()
  }

  private mutating func explained(_ claim: PackClaim, _ scan: ResidueScan) throws {
    let place = snapshot.area.place(claim)
    unnamed += scan.commits
    guard scan.hash == claim.pack else {
      return context.log.add(
        .residueMismatch, place,
        "\(counted(claim.length, "byte")) that a ref line explains as residue hash to \(scan.hash.hex), not \(claim.pack.hex)"
      )
    }
    try findDressed(claim, scan)
    context.log.disclose(
      .unfinishedWrite, place, "\(counted(claim.length, "byte")), explained by a later line: \(scan.text)")
  }

  private mutating func unexplained(_ gap: Coverage.Gap, _ scan: ResidueScan) {
    let place = snapshot.area.place(gap.file, gap.offset)
    unnamed += scan.commits
    if gap.isTail {
      context.log.add(
        .unfinishedWrite, place,
        "\(counted(gap.length, "byte")) at the packfile's end that no ref line names: \(scan.text)\(advice(scan))"
      )
    } else {
      context.log.add(
        .packUnnamed, place, "\(counted(gap.length, "byte")) that no ref line names: \(scan.text)")
    }
  }

  /// What a remote's operator does about commits that its log has accepted.
  private func advice(_ scan: ResidueScan) -> String {
    let count = scan.commits.count { owed.contains($0.id) }
    if count == 0 { return "" }
    return
      "; the log accepted \(counted(count, "commit")) of these and keeps the ref lines: the next push writes them"
  }

  /// Residue is older than the line that explains it: a commit in it that builds on this line or a later one had a
  /// line of its own, which was taken away and dressed as an unfinished write.
  private func findDressed(_ claim: PackClaim, _ scan: ResidueScan) throws {
    let table = snapshot.tables[Int(claim.ref)]
    // A run that was broken off is pushed again: its commits have lines of their own then, or none was accepted.
    let named = Set(table.entries.map(\.document))
    let logged =
      scan.commits.count > 1 ? try LoggedCommits.among(Set(scan.commits.map(\.id)), context.vault) : nil
    for found in scan.commits where table.source == .ref(found.commit.ref) && !named.contains(found.id) {
      if let logged, !logged.contains(found.id) { continue }
      guard let parent = table.entries.firstIndex(where: { $0.document == found.commit.parent }),
        parent >= Int(claim.line)
      else { continue }
      context.log.add(
        .refLineMissing, found.commit.ref.description,
        "\(found.text), which line \(table.entries[Int(claim.line)].sequence) explains as residue, builds on "
          + "commit \(table.entries[parent].document.hex), which is not older than that line")
    }
  }

  /// A writer that dies leaves a commit whose parent is the tip of its time. One whose parent no line names
  /// means that the parent's line was there and is gone. A remote may also die in the middle of a run of commits: there
  /// the log says which were accepted, and keeps the lines that it owes.
  private func findRemovedLines() throws {
    let ids = Set(unnamed.map(\.id))
    let logged = ids.count > 1 ? try LoggedCommits.among(ids, context.vault) : nil
    for found in unnamed where found.commit.vault == context.vault.id {
      let ref = found.commit.ref
      guard ref.period == snapshot.area.name, let parent = found.commit.parent else { continue }
      let table = snapshot.tables.first { $0.source == .ref(ref) }
      guard table?.hasGaps != true, table?.entries.contains(where: { $0.document == parent }) != true else {
        continue
      }
      if ids.contains(parent), owed.contains(parent) { continue }
      if let logged, ids.contains(parent), !logged.contains(parent), !logged.contains(found.id) { continue }
      let name: Finding.Name = table == nil ? .refMissing : .refLineMissing
      context.log.add(
        name, ref.description,
        "\(found.text), which no line names, builds on commit \(parent.hex), which no line names either")
    }
  }
}
