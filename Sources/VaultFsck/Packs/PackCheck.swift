import Synchronization
import VaultCore
import VaultFiles
import VaultStore

/// Checks the packs of one area: footers first, so that every object has a place, then every byte.
struct PackCheck {
  private let area: Area
  private let tables: [RefTable]
  private let packs: [PackClaim]
  private let files: PackFiles
  private var earlier = EarlierObjects()
  private let context: CheckContext

  /// Checks the packs that the refs of `snapshot` name and returns what they hold.
  static func run(_ snapshot: AreaSnapshot, _ packs: [PackClaim], _ context: CheckContext) throws -> PackSet {
    let check = PackCheck(
      area: snapshot.area, tables: snapshot.tables, packs: packs,
      files: PackFiles(folder: PackFolder(context.files, path: snapshot.area.folder)), context: context)
    let (set, recovered) = try check.tabulate()
    for record in recovered {
      let index = set.object(record.id, Int(record.pack), record.block, Int(record.ordinal))
      if let index { set.table.set(index, .sound) }
    }
    try check.checkBytes(set)
    var counts = Counts()
    counts.packs = packs.count
    counts.packfiles = snapshot.sizes.count
    context.meter.add(counts)
    return set
  }

  /// Checks packs that are about to be added to an area, and returns what they hold; nil where a footer cannot be
  /// read, and nothing in them can be relied on.
  static func run(
    _ incoming: IncomingPacks, _ table: RefTable, earlier: EarlierObjects, _ context: CheckContext
  ) throws -> PackSet? {
    let check = PackCheck(
      area: incoming.area, tables: [table], packs: incoming.claims, files: incoming.files, earlier: earlier,
      context: context)
    let (chunks, broken) = try check.readFooters()
    guard !broken.contains(true) else { return nil }
    let set = check.set(chunks, broken)
    try check.checkBytes(set)
    return set
  }

  // MARK: - Footers

  /// Reads all footers, and finds what is in packs without one.
  private func tabulate() throws -> (PackSet, recovered: [ObjectRecord]) {
    var (chunks, broken) = try readFooters()
    guard broken.contains(true), !context.isQuick else { return (set(chunks, broken), []) }
    let damaged = packs.indices.filter { broken[$0] }
    let found = try damaged.map { try PackRecovery($0, packs[$0], area, files.folder, nil) }
    var final = found
    if found.contains(where: \.leftOutDeltas) {
      let provisional = set(chunks + found.map(\.records), broken)
      let source = BlockSource(provisional, cacheLimit: context.cachePerWorker)
      final = try zip(damaged, found).map { index, first in
        first.leftOutDeltas ? try PackRecovery(index, packs[index], area, files.folder, source) : first
      }
    }
    for finding in final.flatMap(\.findings) { context.log.add(finding) }
    chunks += final.map(\.records)
    return (set(chunks, broken), final.flatMap(\.records))
  }

  private func set(_ chunks: [[ObjectRecord]], _ broken: [Bool]) -> PackSet {
    PackSet(
      area: area, tables: tables, packs: packs, isBroken: broken, files: files,
      table: ObjectTable(chunks, earlier: earlier))
  }

  private func readFooters() throws -> ([[ObjectRecord]], [Bool]) {
    struct Gathered {
      var chunks: [[ObjectRecord]] = []
      var broken: [Int] = []
    }
    let all = Mutex(Gathered())
    let group = 64
    try Parallel.forEach((packs.count + group - 1) / group, workers: context.workers) { number in
      var mine = Gathered()
      var records: [ObjectRecord] = []
      for index in number * group..<min(packs.count, (number + 1) * group) {
        var flaw: BlockFlaw?
        if let footer = try FooterReader.read(files, packs[index], &flaw) {
          try context.budget?.footer(
            blocks: footer.blocks.count, objects: footer.objects.count,
            raw: footer.blocks.reduce(0) { $0 &+ $1.rawLength })
          Self.append(footer, index, packs[index], to: &records)
        } else {
          mine.broken.append(index)
          context.log.add(
            flaw?.name ?? .packMalformed, area.place(packs[index]),
            flaw?.reason ?? "its footer cannot be read")
        }
      }
      mine.chunks.append(records)
      all.withLock { [mine] all in
        all.chunks += mine.chunks
        all.broken += mine.broken
      }
    }
    let gathered = all.withLock { $0 }
    var broken = [Bool](repeating: false, count: packs.count)
    for index in gathered.broken { broken[index] = true }
    return (gathered.chunks, broken)
  }

  private static func append(
    _ footer: PackFooter, _ pack: Int, _ claim: PackClaim, to records: inout [ObjectRecord]
  ) {
    var next = 0
    var at = claim.offset + UInt64(PackHeader.byteCount)
    for block in footer.blocks {
      for ordinal in 0..<block.starts {
        let object = footer.objects[next]
        next += 1
        records.append(
          ObjectRecord(
            id: object.id, length: object.length, block: at, pack: UInt32(pack), ordinal: UInt32(ordinal)))
      }
      at += UInt64(block.totalLength)
    }
  }

  // MARK: - Bytes

  private func checkBytes(_ set: PackSet) throws {
    let cutter = PackCutter(set)
    let stop = Atomic<Bool>(false)
    try Parallel.run(workers: context.workers) { _ in
      let worker = PackWorker(set, context)
      do {
        while !stop.load(ordering: .relaxed), let job = try cutter.nextJob() { try worker.perform(job) }
      } catch {
        stop.store(true, ordering: .relaxed)
        throw error
      }
      context.meter.add(worker.counts)
    }
  }
}
