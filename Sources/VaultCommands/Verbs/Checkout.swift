import ArgumentParser
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
    let reader = try vault.period(try Settings.period(period, global, context))
    let listing = try Listing(vault, reader, folder: folder, all: false)
    let target = context.absolute(to)
    var writer = CheckoutWriter(context.files, target: target, reader.objects)
    var bytes: UInt64 = 0
    var count = 0
    let leftOut = try listing.forEachEntry { _, entry, _ in
      try writer.write(entry)
      bytes += entry.size
      count += 1
    }
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

/// Writes evidence below one folder and never through a symbolic link in it.
struct CheckoutWriter {
  private let files: any FileLayer
  private let target: String
  private let objects: ObjectReader
  private var checkedFolders: Set<String> = []
  /// Files that were not there before.
  private(set) var written = 0

  init(_ files: any FileLayer, target: String, _ objects: ObjectReader) {
    self.files = files
    self.target = target
    self.objects = objects
  }

  mutating func write(_ entry: Entry) throws {
    let path = Paths.join(target, entry.path.text)
    try makeFolder(Paths.parent(path))
    if try files.exists(path) {
      guard try isSame(path, entry) else {
        throw CommandError(
          .refused, "\(printable(path)) is there with other bytes",
          hint: "choose another folder with --to; nothing is overwritten")
      }
      return
    }
    let passing =
      Paths.parent(path) + "/.vault-checkout-" + String(UInt64.random(in: .min ... .max), radix: 16)
    let file = try File(files, path: passing, mode: .createNew, permissions: 0o444)
    do {
      // The object is hashed as it is written; its name appears only once the hash is right.
      try objects.stream(entry.object) { try file.writeAll($0) }
      try files.rename(passing, path, replace: false)
    } catch {
      try? files.unlink(passing)
      throw error
    }
    written += 1
  }

  /// Makes the folder, checking that no part of it below the target is a link.
  private mutating func makeFolder(_ folder: String) throws {
    guard checkedFolders.insert(folder).inserted else { return }
    if folder != target { try makeFolder(Paths.parent(folder)) }
    if try files.exists(folder) {
      guard try files.status(path: folder, followLinks: folder == target).kind == .directory else {
        throw CommandError(.refused, "\(printable(folder)) is not a folder")
      }
    } else {
      try files.makeDirectories(folder, durable: false)
    }
  }

  private func isSame(_ path: String, _ entry: Entry) throws -> Bool {
    guard try files.status(path: path, followLinks: false).kind == .regular else { return false }
    let file = try File(files, path: path, mode: [.read, .noFollow, .noWait])
    guard try file.size() == Int64(entry.size) else { return false }
    let hasher = SHA256Hasher()
    var at: Int64 = 0
    while true {
      let bytes = try file.readFully(at: at, count: 1 << 20)
      if bytes.isEmpty { break }
      hasher.update(bytes)
      at += Int64(bytes.count)
    }
    return ObjectID(hasher.finish()) == entry.object
  }
}
