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
