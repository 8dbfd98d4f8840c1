import ArgumentParser
import VaultAudit
import VaultCore
import VaultSigning
import VaultStore

struct Log: Verb {
  static let configuration = CommandConfiguration(
    abstract: "List commits, the newest first.",
    discussion: "Each commit's signatures are verified as it is listed. Repudiated commits are marked; that "
      + "the signer of such a one was not allowed to make it is no finding.\n\n" + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The period (VAULT_PERIOD), or reviews/PERIOD.")
  var period: String?

  @Option(name: .customShort("n"), help: ArgumentHelp("At most so many commits.", valueName: "count"))
  var limit: Int?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let reader = try reader(vault, context)
    let standing = Standing(vault, reader)
    var array = global.json ? JSONArrayOutput(out) : nil
    var sound = true
    for sequence in stride(
      from: reader.index.sequence, to: max(0, reader.index.sequence - (limit ?? .max)), by: -1)
    {
      let (id, commit) = try reader.commit(sequence)
      let repudiation = try standing.repudiation(ofCommit: sequence)
      var failure: String?
      var author = "?"
      do {
        author = try VerifiedCommit(vault, reader, sequence: sequence).authorName
      } catch let error as TrustError {
        failure = error.reason
        if repudiation == nil || !error.isObjection { sound = false }
      }
      if array != nil {
        array?.element(Self.json(id, commit, author: author, failure: failure, repudiation: repudiation))
      } else {
        Self.printText(id, commit, author: author, failure: failure, repudiation: repudiation, out)
      }
      if out.isClosed { break }
    }
    array?.end()
    Notes.warn(standing.rejected)
    return sound ? .done : .findings
  }

  private func reader(_ vault: OpenVault, _ context: Context) throws -> RefReader {
    guard let period, case .reviews(let name)? = RefName(period) else {
      return try vault.period(try Settings.period(period, global, context))
    }
    guard let reader = try vault.reviews(name) else {
      throw CommandError(.usage, "the vault has no reviews of \(name)")
    }
    return reader
  }

  static func json(
    _ id: ObjectID, _ commit: Commit, author: String, failure: String?,
    repudiation: VerifiedRepudiation? = nil
  ) -> CanonicalValue {
    .make([
      ("commit", .string(id.description)), ("sequence", .integer(commit.sequence)),
      ("time", .string(commit.time.description)), ("signer", .string(author)),
      ("key", .string(commit.signer)),
      ("message", .string(commit.message)), ("added", .integer(commit.added)),
      ("count", .integer(commit.count)),
      ("root", .string(commit.root.description)), ("trust", .string(commit.trust.description)),
      ("parent", commit.parent.map { .string($0.description) }), ("verified", .bool(failure == nil)),
      ("problem", failure.map { .string($0) }), ("repudiated", repudiation.map(Rendering.repudiation)),
    ])
  }

  private static func printText(
    _ id: ObjectID, _ commit: Commit, author: String, failure: String?, repudiation: VerifiedRepudiation?,
    _ out: Output
  ) {
    out.line("commit \(id.hex)  (\(commit.sequence))")
    out.line("  \(commit.time)  \(author)  \(commit.signer)\(failure == nil ? "" : "  NOT VERIFIED")")
    if let failure { out.line("  \(printable(failure))") }
    out.line("  \(printable(commit.message))  (+\(commit.added))")
    if let repudiation { out.line("  \(Rendering.text(repudiation))") }
  }
}
