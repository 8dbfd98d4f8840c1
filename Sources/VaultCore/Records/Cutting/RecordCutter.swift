/// Cuts the records out of a file, as it comes, within bounded memory (docs/format.md, §15.2). What it gives are records
/// with their LF.
public struct RecordCutter: ~Copyable {
  /// Takes records, each with its LF.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void
  /// Takes what is wrong with a record that is then left out; throws it where the file is to be cut whole or not at all.
  public typealias FlawSink = (CutError) throws -> Void

  private var json: JSONCutter?
  private var csv: CSVCutter?

  public init(_ format: Population.Cut.Format) {
    switch format {
    case .array: json = JSONCutter(isArray: true)
    case .records: json = JSONCutter(isArray: false)
    case .csv: csv = CSVCutter()
    }
  }

  /// Takes the file's next bytes and gives the records that are whole; throws ``CutError`` where nothing behind a
  /// place can be cut, and what the sinks throw.
  public mutating func add(
    _ bytes: UnsafeRawBufferPointer, _ sink: Sink, flaw: FlawSink = { throw $0 }
  ) throws {
    try json?.add(bytes, sink, flaw)
    try csv?.add(bytes, sink, flaw)
  }

  /// Gives the last record at the end of the file; throws ``CutError`` where it ends early.
  public mutating func finish(_ sink: Sink, flaw: FlawSink = { throw $0 }) throws {
    try json?.finish()
    try csv?.finish(sink, flaw)
  }
}
