import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct SampleExtend: Verb {
  static let configuration = CommandConfiguration(
    commandName: "extend", abstract: "Draw more records with the same seed; those that were drawn stay.",
    discussion: """
      The larger draw begins with the smaller one and names it in the reviews. The folder gets the new records; what the \
      tester has written in the workpaper stays.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The folder of the sample.", valueName: "dir"))
  var folder: String

  @Option(help: ArgumentHelp("How many records it is to have.", valueName: "n"))
  var size: Int

  @Option(help: ArgumentHelp("What the larger sample is for.", valueName: "text"))
  var purpose: String?

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let purpose = try purpose.map { try Arguments.text($0, "--purpose") }
    let place = context.absolute(folder)
    let (stated, period) = try Self.drawn(place, folder, context)
    let vault = try global.open(context)
    let log = try ReviewLog(vault, period)
    guard let (earlier, placed) = log.draws.first(where: { Array($0.placed.line.encoded()) == stated }) else {
      throw CommandError(
        .refused, "the reviews of \(period) have no such draw as \(printable(folder)) holds",
        hint: "name the vault that it was drawn from with -C")
    }
    _ = try SampleDrawVerb.check(size, count: earlier.population.count)
    guard size >= earlier.size else {
      throw CommandError(
        .usage, "the sample has \(counted(earlier.size, "record")) already", hint: "--size takes more")
    }
    let population = try Samples.population(earlier.population, vault, period)
    let receipt = try SampleReceipts.find(vault, population)
    // A folder that has the size already may have been left half written.
    let draw =
      size == earlier.size
      ? earlier
      : SampleDraw(
        population: earlier.population, seed: earlier.seed, size: size, extends: placed.leaf,
        purpose: purpose ?? earlier.purpose, receipt: receipt?.receipt)
    let taking = SampleTaking(
      vault: vault, population: population, receipt: receipt?.bytes, signing: signing, context: context)
    let taken = try taking.take(draw)
    let written = try Self.workpaper(place, context)
    try taking.files(taken, keeping: written).write(context.files, into: place)
    taken.report(folder, global, out)
    return .done
  }

  /// The draw that a folder holds, and its period.
  private static func drawn(
    _ place: String, _ shown: String, _ context: Context
  ) throws -> (line: [UInt8], period: String) {
    do throws(FileError) {
      let line = try context.files.readWholeFile(
        Paths.join(place, "draw/draw.json"), limit: Limits.lineBytes, mode: [.read, .noFollow, .noWait])
      let commit = try context.files.readWholeFile(
        Paths.join(place, "draw/commit.json"), limit: Limits.documentBytes, mode: [.read, .noFollow, .noWait])
      guard let ref = (try? Commit(decoding: commit))?.ref else {
        throw FileError(operation: "decode", path: "draw/commit.json", errno: 2)
      }
      return (line, ref.period)
    } catch {
      guard [2, 20].contains(error.errno) else { throw error }
      throw CommandError(.usage, "\(printable(shown)) is no folder of a sample that was drawn")
    }
  }

  /// The workpaper as it is in the folder; nil where it is gone.
  private static func workpaper(_ place: String, _ context: Context) throws -> Workpaper? {
    let path = Paths.join(place, Workpaper.name)
    guard try context.files.exists(path) else { return nil }
    return try Workpapers.read(path, context)
  }
}

/// Reads workpapers.
enum Workpapers {
  static func read(_ path: String, _ context: Context) throws -> Workpaper {
    let bytes = try context.files.readWholeFile(path, limit: 32 << 20, mode: [.read, .noWait])
    do throws(FormatError) { return try Workpaper(decoding: bytes) } catch {
      throw CommandError(.usage, "\(printable(path)): \(error.reason)")
    }
  }
}
