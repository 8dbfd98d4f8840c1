import ArgumentParser
import VaultAudit
import VaultCore
import VaultRemote
import VaultSigning
import VaultStore

struct ReceiptGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Show and prove what remotes countersigned.",
    discussion: """
      Works on this copy's own copies of the remotes' logs, which push, fetch and clone keep; no remote is asked.
      """,
    subcommands: [ReceiptList.self, ReceiptShow.self, ReceiptVerify.self, ReceiptExport.self])
}

/// The option of all verbs of receipts.
struct ReceiptOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only this remote's (default: all whose log was seen).", valueName: "name"))
  var remote: String?

  /// The copies of the logs that are meant.
  func logs(_ vault: OpenVault, _ context: Context) throws -> [FollowedLog] {
    let seen = try FollowedLog.remotes(vault.folder)
    guard let remote else { return try seen.map { try FollowedLog(vault.folder, remote: $0) } }
    // A remote that is named no longer has a copy all the same.
    let name = seen.contains(remote) ? remote : try NamedRemote(remote, vault.folder, context).name
    guard seen.contains(name) else {
      throw CommandError(
        .usage, "nothing was seen of the log of \(printable(remote))",
        hint: "'vault fetch' and 'vault push' see it")
    }
    return [try FollowedLog(vault.folder, remote: name)]
  }
}

/// What a receipt is for, as a user names it.
struct ReceiptSubject {
  let chain: ChainName
  /// The commit's sequence, or the trust document's number.
  let number: Int

  static let help: ArgumentHelp = ArgumentHelp(
    "A commit's id or a prefix of it, PERIOD[:N], reviews/PERIOD[:N] or trust[:N]; without N the newest.",
    valueName: "what")

  init(_ text: String, _ vault: OpenVault) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if let chain = try Self.chain(String(parts[0]), vault) {
      self.chain = chain
      number = try parts.count == 2 ? Self.number(parts[1], text) : Self.newest(chain, vault)
      return
    }
    let (reader, sequence) = try Lookup.commit(text, vault)
    chain = .ref(reader.index.ref)
    number = sequence
  }

  /// What a remote accepted last; nil where nothing was seen of its log.
  init?(newestOf log: FollowedLog) throws {
    guard let newest = try log.newestLeaf()?.leaf else { return nil }
    chain = newest.subject
    number = newest.number
  }

  private static func chain(_ name: String, _ vault: OpenVault) throws -> ChainName? {
    if let chain = ChainName(name) { return chain }
    return try vault.folder.periods().contains(name) ? .ref(.period(name)) : nil
  }

  private static func number(_ digits: Substring, _ text: String) throws -> Int {
    guard let number = Int(digits), (1...CanonicalValue.maxInteger).contains(number) else {
      throw CommandError(.usage, "\(printable(text)) names no commit", hint: "write PERIOD:N, as PERIOD:3")
    }
    return number
  }

  private static func newest(_ chain: ChainName, _ vault: OpenVault) throws -> Int {
    switch chain {
    case .trust: vault.trust.documents.count
    case .ref(let ref): try RefIndex.open(vault.folder, ref).sequence
    }
  }

  /// The receipt's leaf in a log: of this very commit, or of the next one that has one.
  func leaf(_ log: FollowedLog) throws -> PlacedLeaf? { try log.bound(chain, number) }

  /// That no remote has a receipt for it.
  var missing: CommandError {
    CommandError(.usage, "no log that was seen has a receipt for \(chain) \(number)", hint: Self.hint)
  }

  /// That no remote has a receipt for anything.
  static var none: CommandError {
    CommandError(.usage, "no log was seen, so there is no receipt", hint: hint)
  }

  private static let hint = "'vault push' gets one; 'vault receipt list' shows those that are there"
}

extension Rendering {
  /// A leaf of a remote's log.
  static func leaf(_ placed: PlacedLeaf, _ log: FollowedLog) -> [(String, CanonicalValue?)] {
    let leaf = placed.leaf
    return [
      ("document", .string(leaf.document.description)), ("index", .integer(placed.index)),
      ("number", .integer(leaf.number)), ("received", .time(leaf.received)),
      ("ref", .string(leaf.subject.description)), ("remote", .string(log.remote)),
      ("signed", log.checkpoint.map { .time($0.received) }),
    ]
  }

  /// What a leaf accepts, for people.
  static func accepted(_ leaf: LogLeaf) -> String {
    "\(leaf.subject) \(leaf.number)  \(leaf.document.hex.prefix(12))"
  }
}
