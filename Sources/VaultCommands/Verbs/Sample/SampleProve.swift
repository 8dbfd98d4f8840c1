import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultStore

struct SampleProve: Verb {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Write out what proves single records of a population, without a draw.",
    discussion: exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("The population, PERIOD:PATH.", valueName: "what"))
  var what: String

  @Argument(help: ArgumentHelp("The records' numbers, from 0.", valueName: "n"))
  var records: [Int]

  @Option(help: ArgumentHelp("The folder to make.", valueName: "dir"))
  var out: String

  func run(_ context: Context, _ output: Output) throws -> ExitCode {
    guard !records.isEmpty, records.count <= SampleTaking.recordLimit, records.allSatisfy({ $0 >= 0 }),
      Set(records).count == records.count
    else { throw CommandError(.usage, "records are distinct numbers from 0 on") }
    let folder = context.absolute(out)
    guard try !context.files.exists(folder) else {
      throw CommandError(
        .refused, "\(printable(out)) is there already", hint: "choose a new folder for --out")
    }
    let vault = try global.open(context)
    let population = try Samples.population(what, vault, global, context)
    let stored = try StoredPopulation(population.reader, population.entry)
    let proofs = try stored.prove(records.map { UInt64($0) }, workers: Parallel.coreCount)
    let taking = SampleTaking(
      vault: vault, population: population, receipt: try SampleReceipts.find(vault, population)?.bytes,
      signing: SigningOptions(), context: context)
    try taking.files(proofs, drawLeaf: nil).write(context.files, newFolder: folder)
    if global.json {
      output.json(
        .make([
          ("folder", .string(out)), ("population", population.reference.value),
          ("records", .array(records.map { .integer($0) })),
        ]))
    } else if !global.quiet {
      output.line(
        "\(counted(records.count, "record")) of \(population.reference.count) written to \(printable(out))")
      output.line(Samples.provers(out))
    }
    return .done
  }
}
