import ArgumentParser
import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

struct PopulationRecord: Verb {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Print one record of a population, by its number.",
    discussion: """
      The record is held against the root that is signed before it is printed. With --proof, the answer is JSON: the \
      record, its inclusion proof, the entry's line with its own, and the signed commit.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("PERIOD:PATH", valueName: "what"))
  var what: String

  @Argument(help: ArgumentHelp("The record's number, from 0.", valueName: "n"))
  var number: Int

  @Flag(help: "Print the proof with it.")
  var proof = false

  @OptionGroup var revision: RevisionOptions

  /// Why `arguments` name no record where one of them is a number below 0, which the parser takes for an option.
  static func refusal(_ arguments: [String], _ parserMessage: String) -> String? {
    guard arguments.starts(with: ["population", "record"]), parserMessage.contains("'<n>'"),
      let number = arguments.first(where: { $0.hasPrefix("-") && Int($0) != nil })
    else { return nil }
    return "there is no record \(number)"
  }

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let found = try Lookup.population(what, revision, vault, global, context)
    guard number >= 0, number < found.population.count else {
      throw CommandError(
        .usage, "\(found.entry.path) has no record \(number)",
        hint: found.population.count == 0 ? "it has none" : "they are 0 to \(found.population.count - 1)")
    }
    let prover = try RecordProver(vault, found.reader, found.record)
    let proved = try prover.prove(UInt64(number))
    if proof || global.json {
      out.json(PopulationRendering.json(proved, prover))
    } else {
      proved.bytes.withUnsafeBytes { out.write($0) }
      out.line()
    }
    return .done
  }
}

extension PopulationRendering {
  /// A record and all that proves it. A record that is not UTF-8 is given in base64.
  static func json(_ proof: RecordProof, _ prover: RecordProver) -> CanonicalValue {
    let text = String(validating: proof.bytes, as: UTF8.self)
    let signatures = prover.commit.signatures.map { String(decoding: $0.encoded(), as: UTF8.self) }
    return .make([
      ("record", text.map { .string($0) }),
      ("recordBase64", text == nil ? .string(Base64.encode(proof.bytes)) : nil),
      ("inclusion", Rendering.proof(proof.proof, root: prover.root)),
      ("entry", .string(String(decoding: prover.line, as: UTF8.self))),
      ("entryInclusion", Rendering.proof(prover.entryInclusion, root: prover.commit.commit.root)),
      ("commit", .string(String(decoding: prover.commit.bytes, as: UTF8.self))),
      ("signatures", .array(signatures.map { .string($0) })),
    ])
  }
}
