import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

struct SampleDrawVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draw a sample of a population by a seed, and write out what proves it.",
    discussion: """
      Takes a key with the role audit. The draw stands in the period's reviews, where nobody can take it back, so draws \
      cannot be repeated until one pleases: all earlier draws of the population are printed. A draw that stands there \
      already is not added again.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The population, PERIOD:PATH.", valueName: "what"))
  var what: String

  @Option(help: ArgumentHelp("How many records (the configuration's for the frequency).", valueName: "n"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "Where no size is given: annual, quarterly, monthly, weekly, daily or many times a day.",
      valueName: "often"))
  var frequency: SampleSizes.Frequency?

  @Option(help: ArgumentHelp("The auditor's seed: 32 to 128 hexadecimal digits.", valueName: "hex"))
  var seed: String

  @Option(help: ArgumentHelp("What the sample is for.", valueName: "text"))
  var purpose: String?

  @Option(help: ArgumentHelp("The folder to make.", valueName: "dir"))
  var out: String

  @OptionGroup var signing: SigningOptions

  func run(_ context: Context, _ output: Output) throws -> ExitCode {
    let seed = try Self.seed(seed)
    let purpose = try purpose.map { try Arguments.text($0, "--purpose") }
    let folder = context.absolute(out)
    guard try !context.files.exists(folder) else {
      throw CommandError(
        .refused, "\(printable(out)) is there already", hint: "choose a new folder for --out")
    }
    let vault = try global.open(context)
    let population = try Samples.population(what, vault, global, context)
    let receipt = try SampleReceipts.find(vault, population)
    let draw = SampleDraw(
      population: population.reference, seed: seed, size: try checkedSize(population, context),
      purpose: purpose, receipt: receipt?.receipt)
    let taking = SampleTaking(
      vault: vault, population: population, receipt: receipt?.bytes, signing: signing, context: context)
    let taken = try taking.take(draw)
    try taking.files(taken, keeping: nil).write(context.files, newFolder: folder)
    taken.report(out, global, output)
    return .done
  }

  /// The bytes of a seed. One that can be guessed can be chosen for what it draws.
  private static func seed(_ text: String) throws -> [UInt8] {
    guard let bytes = Hex.decode(text.lowercased().utf8) else {
      throw CommandError(
        .usage, "--seed is no even number of hexadecimal digits", hint: "openssl rand -hex 16 makes one")
    }
    guard bytes.count >= SampleDraw.seedBytes.lowerBound else {
      throw CommandError(
        .usage, "--seed has \(8 * bytes.count) bits; 128 are the least",
        hint: "openssl rand -hex 16 makes one")
    }
    guard bytes.count <= SampleDraw.seedBytes.upperBound else {
      throw CommandError(.usage, "--seed has \(8 * bytes.count) bits; 512 are the most")
    }
    return bytes
  }

  private func checkedSize(_ population: ReviewedPopulation, _ context: Context) throws -> Int {
    let count = population.reference.count
    guard count > 0 else { throw CommandError(.usage, "the population is empty") }
    guard let size else {
      return try global.configuration(context).sampleSizes.size(frequency, count: count)
    }
    guard frequency == nil else { throw CommandError(.usage, "--size and --frequency exclude each other") }
    return try Self.check(size, count: count)
  }

  /// Checks a size that was asked for.
  static func check(_ size: Int, count: Int) throws -> Int {
    guard (1...SampleTaking.recordLimit).contains(size) else {
      throw CommandError(.usage, "--size must be 1 to \(SampleTaking.recordLimit)")
    }
    guard size <= count else {
      throw CommandError(.usage, "the population has \(counted(count, "record")), fewer than --size \(size)")
    }
    return size
  }
}

extension SampleSizes.Frequency: ExpressibleByArgument {}
