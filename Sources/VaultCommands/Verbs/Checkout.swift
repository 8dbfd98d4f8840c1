import ArgumentParser
import Synchronization
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct Checkout: Verb {
  static let configuration = CommandConfiguration(
    abstract: "Write evidence as read-only files at their paths.",
    discussion: """
      A file that is there already must have the same bytes; nothing is overwritten. Entries of repudiated commits \
      are left out.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD).")
  var period: String?

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var to: String

  @Argument(help: "Only what lies in this folder, or this path.")
  var folder: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try vault.period(try Settings.period(period, global, context, thenPath: true))
    let listing = try Listing(vault, reader, folder: folder, all: false)
    let target = context.absolute(to)
    var writer = CheckoutWriter(context.files, target: target, reader.index)
    var bytes: UInt64 = 0
    var count = 0
    let leftOut = try listing.forEachEntry { _, entry, _ in
      try writer.write(entry)
      bytes += entry.size
      count += 1
    }
    try writer.finish()
    if global.json {
      out.json(
        .make([
          ("path", .string(target)), ("files", .integer(count)), ("written", .integer(writer.written)),
          ("bytes", .integer(Int(bytes))), ("repudiated", .integer(leftOut.count)),
        ]))
    } else if !global.quiet {
      out.line(
        "\(counted(count, "file")), \(Rendering.bytes(bytes)), in \(printable(target))"
          + (writer.written == count ? "" : " (\(count - writer.written) there already)")
      )
    }
    leftOut.tell(listing.standing, how: "left out; 'vault ls --all' shows what", global)
    return .done
  }
}

/// Writes evidence below one folder, on all cores, and never through a symbolic link in it.
struct CheckoutWriter {
  private let files: any FileLayer
  private let target: String
  private let index: RefIndex
  /// What one file's bytes are decoded from, its neighbours' are too.
  private let cache = BlockCache(limit: 16 << 20)
  private var checkedFolders: Set<String> = []
  private var waiting: [Entry] = []
  /// Large files, each of which all cores write together.
  private var large: [Entry] = []
  /// Files that were not there before.
  private(set) var written = 0

  private static let batch = 512
  /// What a file is called until it is whole.
  private static let passingPrefix = ".vault-checkout-"
  /// From so many bytes on a file is large: one may be all that there is to write.
  private static let largeBytes: UInt64 = 4 << 20

  init(_ files: any FileLayer, target: String, _ index: RefIndex) {
    self.files = files
    self.target = target
    self.index = index
  }

  /// Takes an entry, which is written before ``finish()`` returns.
  mutating func write(_ entry: Entry) throws {
    try makeFolder(Paths.parent(Paths.join(target, entry.path.text)))
    if entry.size >= Self.largeBytes { large.append(entry) } else { waiting.append(entry) }
    if waiting.count + large.count == Self.batch { try finish() }
  }

  /// Writes the files that wait.
  mutating func finish() throws {
    let next = Atomic<Int>(0)
    let made = Atomic<Int>(0)
    let (copy, entries, large) = (self, waiting, large)
    waiting = []
    self.large = []
    let whole = LargeObject(index.folder, index, cache)
    for entry in large {
      if try write(entry, { try whole.stream(entry.object, $0) }) { written += 1 }
    }
    try Parallel.run(workers: min(Parallel.coreCount, entries.count)) { _ in
      let objects = ObjectReader(copy.index.folder, copy.index, copy.cache)
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < entries.count {
        do {
          let entry = entries[number]
          if try copy.write(entry, { try objects.stream(entry.object, $0) }) {
            made.add(1, ordering: .relaxed)
          }
        } catch {
          next.store(entries.count, ordering: .relaxed)
          throw error
        }
      }
    }
    written += made.load(ordering: .relaxed)
  }

  /// Writes a file with what `stream` gives; false where it is there already.
  private func write(
    _ entry: Entry, _ stream: (@Sendable (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> Bool {
    let path = Paths.join(target, entry.path.text)
    if try files.exists(path) {
      guard try isSame(path, entry) else {
        throw CommandError(
          .refused, "\(printable(path)) is there with other bytes",
          hint: "choose another folder; nothing is overwritten")
      }
      return false
    }
    let passing =
      Paths.parent(path) + "/" + Self.passingPrefix + String(UInt64.random(in: .min ... .max), radix: 16)
    let file = SharedFile(try File(files, path: passing, mode: .createNew, permissions: 0o444))
    do {
      // Held while it is written, so that nobody takes it for one that was left behind.
      _ = try file.file.lock(wait: false)
      // The object is hashed as it is written; its name appears only once the hash is right.
      try stream { try file.file.writeAll($0) }
      try files.rename(passing, path, replace: false)
    } catch {
      try? files.unlink(passing)
      throw error
    }
    return true
  }

  /// Makes the folder, checking that no part of it below the target is a link.
  private mutating func makeFolder(_ folder: String) throws {
    guard checkedFolders.insert(folder).inserted else { return }
    if folder != target { try makeFolder(Paths.parent(folder)) }
    if try files.exists(folder) {
      guard try files.status(path: folder, followLinks: folder == target).kind == .directory else {
        throw CommandError(.refused, "\(printable(folder)) is not a folder")
      }
      removeAbandoned(folder)
    } else {
      try files.makeDirectories(folder, durable: false)
    }
  }

  /// Removes files that a checkout which was killed had not named yet.
  private func removeAbandoned(_ folder: String) {
    for name in (try? files.list(folder)) ?? [] where name.hasPrefix(Self.passingPrefix) {
      let path = Paths.join(folder, name)
      guard let file = try? File(files, path: path, mode: [.read, .noFollow, .noWait]),
        (try? file.lock(wait: false)) == true
      else { continue }
      try? files.unlink(path)
    }
  }

  private func isSame(_ path: String, _ entry: Entry) throws -> Bool {
    guard try files.status(path: path, followLinks: false).kind == .regular else { return false }
    let file = try SharedFile(files, path: path, mode: [.read, .noFollow, .noWait])
    return try UInt64(file.size()) == entry.size && ObjectID(of: file, to: entry.size) == entry.object
  }
}
