import VaultCore
import VaultFiles
import VaultStore

/// What stands at a path that evidence is to get, or in the way of it.
package enum PathHolding: Sendable {
  case free
  /// A path that cannot stand beside it.
  case blocked(by: String)
  /// The path's newest entry.
  case held(Held)

  package struct Held: Sendable {
    package let entry: Entry
    /// The entry's leaf in the ref.
    package let leaf: Int
    /// The leaf's hash.
    package let hash: MerkleHash
    /// The commit that added it.
    package let sequence: Int
    /// Why it does not count, where it was repudiated.
    package let repudiation: String?

    package init(entry: Entry, leaf: Int, hash: MerkleHash, sequence: Int, repudiation: String?) {
      self.entry = entry
      self.leaf = leaf
      self.hash = hash
      self.sequence = sequence
      self.repudiation = repudiation
    }
  }

  /// What a period has at each item's path. Neighbours share their folders, which are asked about once.
  static func look(
    _ items: [EvidenceItem], _ reader: RefReader, _ standing: Standing, workers: Int
  ) throws -> [PathHolding] {
    let runs = stride(from: 0, to: items.count, by: 64).map { items[$0..<min($0 + 64, items.count)] }
    let found = Parallel.map(runs, workers: workers) { [index = reader.index] run in
      var folders = RefIndex.Folders()
      return run.map { index.standing($0.path, &folders) }
    }
    let hasher = MerkleHasher()
    return try found.flatMap { $0 }.map { found in
      if let other = found.conflict { return .blocked(by: other) }
      guard let latest = found.latest else { return .free }
      let repudiation = try standing.repudiation(ofLeaf: latest.leaf)
      return .held(
        Held(
          entry: try reader.entry(latest), leaf: Int(latest.leaf),
          hash: MerkleHash(hasher.leaf(try reader.lineBytes(latest))), sequence: latest.sequence,
          repudiation: repudiation.map { "by commit \($0.bySequence): \($0.reason)" }))
    }
  }
}

/// Which items are new, which repeat what is there, and which are refused.
package struct EntryPlan {
  package private(set) var added: [Entry] = []
  package private(set) var unchanged: [(entry: Entry, sequence: Int, leaf: Int)] = []
  private let opening: PeriodOpening
  private let supersedeReason: String?
  private let addsApproval: (PathHolding.Held) throws -> Bool
  private var newKeys: [[UInt8]: String] = [:]

  /// Plans `items`, of which `holdings` says for each what stands at its path. `addsApproval` says whether the commit
  /// would bring what stands there an approver's signature that it lacks.
  ///
  /// Throws ``StoreError`` for what is refused.
  package init(
    _ items: [EvidenceItem], _ holdings: [PathHolding], opening: PeriodOpening, supersedeReason: String?,
    addsApproval: @escaping (PathHolding.Held) throws -> Bool = { _ in false }
  ) throws {
    self.opening = opening
    self.supersedeReason = supersedeReason
    self.addsApproval = addsApproval
    for (item, there) in zip(items, holdings) { try place(item, there) }
    try checkNewFolders()
    if supersedeReason != nil, !added.isEmpty, !added.contains(where: { $0.revision > 1 }) {
      throw StoreError(.refused, "\(added[0].path) supersedes nothing: no such path is there")
    }
  }

  private mutating func place(_ item: EvidenceItem, _ there: PathHolding) throws {
    if case .blocked(let other) = there {
      throw StoreError(
        .refused, "\(item.path) cannot stand beside \(other)",
        hint: "two paths must differ by more than case or Unicode normal form, and a file is no folder")
    }
    if let other = newKeys.updateValue(item.path.text, forKey: item.path.foldedKey) {
      throw StoreError(.refused, "\(item.path) and \(other) cannot stand beside each other")
    }
    guard case .held(let latest) = there else { return try add(item.entry(revision: 1, supersedes: nil)) }
    if latest.repudiation == nil, item.repeats(latest.entry) {
      guard try addsApproval(latest) else {
        unchanged.append((latest.entry, latest.sequence, latest.leaf))
        return
      }
      guard supersedeReason != nil else {
        throw StoreError(
          .refused, "\(item.path) stands there already, without an approver's signature",
          hint: "sign it as a new revision, with --supersede --reason TEXT")
      }
    }
    if supersedeReason == nil, let repudiation = latest.repudiation {
      throw Self.refusal(item, repudiation)
    }
    try add(try revision(item, of: latest))
  }

  /// The next revision of a path's newest entry, where one is wanted and may be.
  private func revision(_ item: EvidenceItem, of latest: PathHolding.Held) throws -> Entry {
    let newest = latest.entry
    guard let reason = supersedeReason else {
      let what = newest.object == item.object ? "the same bytes and other metadata" : "other bytes"
      throw StoreError(
        .refused, "\(item.path) exists with \(what)",
        hint: "nothing is overwritten; add a new revision with --supersede --reason TEXT")
    }
    guard newest.kind == (item.records == nil ? .document : .population) else {
      throw StoreError(.refused, "a new revision of \(item.path) must be a \(newest.kind.rawValue) too")
    }
    guard newest.series.map({ Array($0.utf8) }) == item.draft.series.map({ Array($0.utf8) }) else {
      throw StoreError(
        .refused, "a new revision of \(item.path) must name the series \(newest.series ?? "none")")
    }
    return item.entry(
      revision: newest.revision + 1,
      supersedes: Entry.Supersession(leaf: latest.leaf, hash: latest.hash, reason: reason))
  }

  /// What was repudiated is not there any more for a retry to find, and is there still to be superseded.
  private static func refusal(_ item: EvidenceItem, _ repudiation: String) -> StoreError {
    StoreError(
      .refused, "the newest revision of \(item.path) is repudiated \(repudiation)",
      hint: "add a new revision with --supersede --reason TEXT")
  }

  private mutating func add(_ entry: Entry) throws {
    guard entry.concerns != opening.period else {
      throw StoreError(
        .refused, "\(entry.path) concerns \(opening.period), the very period that it would stand in",
        hint: "leave --concerns out, or commit it to a later period")
    }
    guard
      opening.admits(
        effective: entry.effective, collected: entry.collected, late: entry.late, concerns: entry.concerns)
    else {
      throw StoreError(
        .refused,
        "\(entry.path) speaks about \(entry.effective.from) to \(entry.effective.to), outside the period "
          + "\(opening.period) (\(opening.from) to \(opening.to))",
        hint:
          "state the time with --effective-from and --effective-to, or why it is filed here with --late REASON"
      )
    }
    added.append(entry)
  }

  /// A new path must not be a folder of another new path either.
  private func checkNewFolders() throws {
    for (key, text) in newKeys {
      for (index, byte) in key.enumerated() where byte == UInt8(ascii: "/") {
        if let other = newKeys[Array(key[..<index])] {
          throw StoreError(.refused, "\(text) cannot stand beside \(other): a file is no folder")
        }
      }
    }
  }

  /// The bytes of lines. A line that this program would not read back is not written.
  package static func encoded(_ lines: [Line], workers: Int) throws -> [[UInt8]] {
    try Parallel.map(lines, workers: lines.count < 32 ? 1 : workers) { line in
      do throws(FormatError) {
        return try line.checkedEncoding()
      } catch {
        throw StoreError(.badInput, error.reason)
      }
    }
  }
}
