/// A program to be run with bytes on its standard input.
public struct ProcessRequest: Sendable {
  /// A path, or a name that is looked up in the search path.
  public var program: String
  /// What follows the program's name.
  public var arguments: [String]
  /// Variables that are set over the runner's own environment.
  public var environment: [String: String] = [:]
  /// What the program reads on standard input.
  public var input: [UInt8]
  /// What the program reads from the file `extraPath`, which has no other name; nil where it gets no such file.
  public var extraInput: [UInt8]?
  /// How long the program may take, in milliseconds.
  public var timeout: Int = 60_000
  /// The most that it may write to standard output, in bytes.
  public var outputLimit: Int = 65_536
  /// True where the program may talk to the user: it keeps the terminal and standard error. Else it gets a
  /// session of its own, without a terminal, and standard error is captured.
  public var allowsPrompts = false

  /// The path at which a program finds its `extraInput`: descriptor 3.
  public static let extraPath = "/proc/self/fd/3"

  /// Describes a run with the default limits, without prompts.
  public init(program: String, arguments: [String], input: [UInt8]) {
    self.program = program
    self.arguments = arguments
    self.input = input
  }
}

/// How a program ended and what it wrote.
public struct ProcessResult: Sendable {
  /// How a program ended.
  public enum Ending: Hashable, Sendable {
    /// It returned this status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)
  }

  /// How the program ended.
  public var ending: Ending
  /// All of its standard output.
  public var output: [UInt8]
  /// The beginning of its standard error, at most 64 KiB; empty where prompts were allowed.
  public var errorOutput: [UInt8]

  /// Describes an ended program.
  public init(ending: Ending, output: [UInt8], errorOutput: [UInt8]) {
    self.ending = ending
    self.output = output
    self.errorOutput = errorOutput
  }
}

/// Runs programs for the external signers.
public protocol ProcessRunner: Sendable {
  /// Runs a program to its end; a failing exit status is a result, not an error.
  ///
  /// Throws `spawnFailed`, `timedOut` or `outputTooLarge`; the program has ended then, too.
  func run(_ request: ProcessRequest) throws(SigningError) -> ProcessResult
}

extension ProcessResult {
  /// Refuses any ending but exit status 0, with the first line that the program wrote to standard error.
  func requireSuccess(of name: String) throws(SigningError) {
    guard ending != .exited(0) else { return }
    let how =
      switch ending {
      case .exited(let status): "exit status \(status)"
      case .signalled(let signal): "signal \(signal)"
      }
    let line = errorOutput.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.prefix(200)
    let shown = line.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }
    let detail = shown.isEmpty ? "" : ": " + String(decoding: shown, as: UTF8.self)
    throw SigningError(.signerFailed, "\(name) failed with \(how)\(detail)")
  }
}
