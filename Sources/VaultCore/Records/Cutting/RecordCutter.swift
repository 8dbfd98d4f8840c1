/// Why a file cannot be cut into records.
public struct CutError: Error, Sendable, Equatable {
  /// What is wrong and where, lower case.
  public let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Cuts the records out of a file, as it comes, within bounded memory (docs/format.md, §15.2). What it gives are records
/// with their LF.
public struct RecordCutter: ~Copyable {
  /// Takes records, each with its LF.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  private var json: JSONCutter?
  private var csv: CSVCutter?

  public init(_ format: Population.Cut.Format) {
    switch format {
    case .array: json = JSONCutter(isArray: true)
    case .records: json = JSONCutter(isArray: false)
    case .csv: csv = CSVCutter()
    }
  }

  /// Takes the file's next bytes and gives the records that are whole; throws ``CutError``, and what `sink` throws.
  public mutating func add(_ bytes: UnsafeRawBufferPointer, _ sink: Sink) throws {
    try json?.add(bytes, sink)
    try csv?.add(bytes, sink)
  }

  /// Gives the last record at the end of the file; throws ``CutError`` where it ends early.
  public mutating func finish(_ sink: Sink) throws {
    try json?.finish()
    try csv?.finish(sink)
  }
}
