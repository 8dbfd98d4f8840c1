/// A program that runs beside this process and is spoken to through its standard input and output. It keeps the
/// terminal and standard error, so that it may ask and complain there; whatever else is open is closed for it. It is
/// killed when it is let go before it was waited for.
package struct PipedProgram: ~Copyable {
  private var input: Descriptor
  private let output: Descriptor
  private var child: Child

  /// Starts `program`, a path or a name that is looked up in the search path, with these variables and no others.
  ///
  /// Throws `spawnFailed`.
  package init(
    _ program: String, arguments: [String], environment: [String: String]
  ) throws(SigningError) {
    var request = ProcessRequest(program: program, arguments: arguments, input: [])
    request.allowsPrompts = true
    let toProgram = try Descriptor.pipe()
    let fromProgram = try Descriptor.pipe()
    toProgram.widen()
    fromProgram.widen()
    let process = try Spawn.start(
      request, environment: environment.map { "\($0.key)=\($0.value)" }, input: toProgram.reading,
      output: fromProgram.writing, errors: Descriptor.none, extra: Descriptor.none)
    child = Child(process, ownsSession: false)
    input = toProgram.writing
    output = fromProgram.reading
  }

  /// The descriptor that the program's standard input reads from; -1 once it was closed.
  package var writing: Int32 { input.number }

  /// The descriptor that the program's standard output arrives at.
  package var reading: Int32 { output.number }

  /// Closes the program's standard input: to one that reads, the word to end.
  package mutating func closeInput() { input = Descriptor.none }

  /// Waits for the program's end. Throws `timedOut` where it does not come in so many milliseconds; the program then
  /// runs on until this value ends.
  package mutating func wait(milliseconds: Int) throws(SigningError) -> ProcessResult.Ending {
    try child.wait(until: Deadline(milliseconds: milliseconds))
  }
}
