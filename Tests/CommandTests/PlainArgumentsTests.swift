import ArgumentParser
import Testing

@testable import VaultCommands

/// The short way to read a command line agrees with the parser's, or leaves the line to it.
struct PlainArgumentsTests {
  /// Everything that a command line can say to `commit`.
  private static func fields(_ verb: CommitVerb) -> [String] {
    let evidence = verb.evidence
    return [
      "\(verb.global.folder as Any)", "\(verb.global.json)", "\(verb.global.quiet)", "\(evidence.control)",
      "\(evidence.source as Any)", "\(evidence.query as Any)", "\(evidence.collector as Any)",
      "\(evidence.collectorVersion as Any)", "\(evidence.series as Any)", "\(evidence.collected as Any)",
      "\(evidence.effectiveFrom as Any)", "\(evidence.effectiveTo as Any)", "\(evidence.context)",
      "\(evidence.place as Any)", "\(evidence.mediaType as Any)", "\(evidence.late as Any)",
      "\(evidence.concerns as Any)",
      "\(evidence.followLinks)", "\(evidence.kind)", "\(evidence.idField as Any)",
      "\(evidence.sequenceField as Any)", "\(evidence.timeField as Any)", "\(evidence.sourceCount as Any)",
      "\(evidence.paths)", "\(verb.target.period as Any)", "\(verb.signing.key)",
      "\(verb.signing.signerProgram as Any)", "\(verb.target.message as Any)", "\(verb.target.supersede)",
      "\(verb.target.reason as Any)",
    ]
  }

  /// The names that the parser takes, from the help that it writes.
  private static let names: [String] = {
    let lines = CommitVerb.helpMessage(columns: 400).split(separator: "\n").filter { $0.hasPrefix("  -") }
    let options = lines.flatMap { line in
      line.split(whereSeparator: { $0 == " " || $0 == "," }).prefix { $0.hasPrefix("-") || $0.hasPrefix("<") }
    }
    return options.filter { $0.hasPrefix("-") }.map(String.init)
  }()

  private static let leftToTheParser: Set<String> = ["--source-count", "--help", "-h", "--version"]

  @Test func `each option that the parser knows is read alike or left to it`() throws {
    #expect(Self.names.count > 30, "\(Self.names)")
    for name in Self.names {
      for line in [
        [name], [name, "x"], [name, "x", name, "y"], ["f", name, "x", "-"], ["-m", "a", name, "b"],
      ] {
        guard let plain = CommitVerb(plain: line) else { continue }
        #expect(!Self.leftToTheParser.contains(name))
        #expect(Self.fields(plain) == Self.fields(try CommitVerb.parse(line)), "\(line)")
      }
      #expect(Self.leftToTheParser.contains(name) || CommitVerb(plain: ["f", name, "x"]) != nil, "\(name)")
    }
  }

  @Test func `a pipeline's whole line is read as the parser reads it`() throws {
    let line = [
      "-C", "ev", "--period", "p", "--key", "a", "--key", "b", "--control", "CC1", "--control", "CC2",
      "--source", "s",
      "--context", "ticket=1", "--context", "who=2", "--as", "CC/x", "-m", "why", "--quiet", "--json", "f",
      "g", "-",
    ]
    let plain = try #require(CommitVerb(plain: line))
    #expect(Self.fields(plain) == Self.fields(try CommitVerb.parse(line)))
  }

  @Test(arguments: [
    ["--perio", "p"], ["--period=p"], ["--", "f"], ["-mwhy"], ["--period"], ["--period", "-x"],
    ["--period", "-"],
    ["--period", "a", "--period", "b"], ["-m", "a", "--message", "b"], ["--unknown"], ["--help"], ["-qx"],
  ])
  func `what is not plain is left to the parser`(_ line: [String]) {
    #expect(CommitVerb(plain: line) == nil)
  }

  /// What lines of few words say, read the short way and by the parser.
  private static func fields(_ verb: PushVerb) -> [String] {
    ["\(verb.remote as Any)", "\(verb.period)", "\(verb.ssh.identity as Any)"] + fields(verb.global)
  }

  private static func fields(_ verb: Serve) -> [String] {
    [
      verb.root, verb.identity, "\(verb.allow)", "\(verb.period)", "\(verb.limitBytes as Any)",
      "\(verb.logKey as Any)",
      "\(verb.timeout as Any)",
    ] + fields(verb.global)
  }

  private static func fields(_ verb: FsckVerb) -> [String] {
    ["\(verb.period as Any)", "\(verb.quick)"] + fields(verb.global)
  }

  private static func fields(_ global: GlobalOptions) -> [String] {
    ["\(global.folder as Any)", "\(global.json)", "\(global.quiet)"]
  }

  @Test(arguments: [
    "", "-q", "origin", "-C ev origin --json", "--period p --period q --identity key origin",
    "--quick --period p", "--quick",
    "-C ev -q", "--root srv --allow push",
    "--root srv --as ci --allow push --allow fetch --period a --period b --log-key k",
    "a b", "--root srv", "--allow push", "--root srv --allow push extra", "--period p --period q",
    "--root srv --allow push -q",
    "--timeout 5 --root srv --allow push", "--root srv --limit-bytes 9 --allow fetch",
  ])
  func `push, serve and fsck are read as the parser reads them, or left to it`(_ words: String) throws {
    let line = words.split(separator: " ").map(String.init)
    if let plain = PushVerb(plain: line) {
      #expect(Self.fields(plain) == Self.fields(try PushVerb.parse(line)))
    }
    if let plain = Serve(plain: line) { #expect(Self.fields(plain) == Self.fields(try Serve.parse(line))) }
    if let plain = FsckVerb(plain: line) {
      #expect(Self.fields(plain) == Self.fields(try FsckVerb.parse(line)))
    }
  }

  @Test func `the lines that servers and pipelines have are read the short way`() {
    #expect(PushVerb(plain: ["-q", "origin"]) != nil)
    #expect(Serve(plain: ["--root", "srv", "--as", "ci", "--allow", "push"]) != nil)
    #expect(FsckVerb(plain: ["-C", "ev", "-q"]) != nil)
  }
}
