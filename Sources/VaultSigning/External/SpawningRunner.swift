import Glibc

/// Runs programs by posix_spawn(3).
///
/// Standard input is an anonymous file, so nothing waits for a program that does not read and no SIGPIPE
/// can arise; standard output and error are pipes that are read together; a further input is an
/// anonymous file, too. All other descriptors are closed.
public struct SpawningRunner: ProcessRunner {
  private let environment: [String: String]

  /// Runs programs with these environment variables and no others.
  public init(environment: [String: String]) { self.environment = environment }

  /// Runs a program to its end, as `ProcessRunner` says.
  public func run(_ request: ProcessRequest) throws(SigningError) -> ProcessResult {
    let input = try Descriptor.anonymousFile(request.input)
    var extra = Descriptor.none
    if let bytes = request.extraInput { extra = try Descriptor.anonymousFile(bytes, isPrivate: true) }
    var output = try Descriptor.pipe()
    var errors = try Descriptor.pipe()
    let variables = environment.merging(request.environment) { _, new in new }
    let process = try Spawn.start(
      request, environment: variables.map { "\($0.key)=\($0.value)" }, input: input, output: output.writing,
      errors: errors.writing, extra: extra)
    output.writing = Descriptor.none
    errors.writing = Descriptor.none
    var child = Child(process, ownsSession: !request.allowsPrompts)
    let deadline = Deadline(milliseconds: request.timeout)
    var capture = Capture(outputLimit: request.outputLimit)
    try capture.read(output: output.reading, errors: errors.reading, until: deadline)
    let ending = try child.wait(until: deadline)
    return ProcessResult(ending: ending, output: capture.output, errorOutput: capture.errors)
  }
}
