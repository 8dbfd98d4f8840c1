import VaultCore
import VaultFiles
import VaultStore

/// Looks at the records of one population, on all cores and within bounded memory, while they pass by.
public final class PopulationExamination: RecordObserver {
  /// Bytes of ids and of sequence numbers that are sorted in memory.
  public static let memoryLimit = 48 << 20

  private struct State: ~Copyable {
    var tally = FindingTally()
    var ids: DuplicateIDs
    var sequence: SequenceCheck
    var times = TimeOrder()
    var records: Int64 = 0
  }

  private let fields: PopulationFields
  private let hash = SipHash()
  // Frames are taken one after the other, and the report is made after the last.
  private nonisolated(unsafe) var state: State

  init(
    _ fields: PopulationFields, _ files: any FileLayer, staging: String,
    memoryLimit: Int = PopulationExamination.memoryLimit
  ) {
    self.fields = fields
    state = State(
      ids: DuplicateIDs(files, staging: staging, memoryLimit: memoryLimit),
      sequence: SequenceCheck(files, staging: staging, memoryLimit: memoryLimit / 2))
  }

  public func examine(_ frame: UnsafeRawBufferPointer, firstRecord: UInt64) -> any Sendable {
    FrameExaminer(fields, hash).run(frame, firstRecord: firstRecord)
  }

  public func take(_ examined: any Sendable) throws {
    guard let frame = examined as? FrameExamination else {
      preconditionFailure("a frame that was examined elsewhere")
    }
    state.tally.add(frame.tally)
    try state.ids.add(frame.ids)
    try state.sequence.add(frame.sequence)
    state.times.add(frame.times)
    state.records += frame.records
  }

  /// What was found, once all records have passed; `sourceCount` is what the source says there should be,
  /// and `others` were found elsewhere.
  func finish(
    sourceCount: Int?, also others: [PopulationFinding] = [], place: PopulationReport.Place = .file
  ) throws -> PopulationReport {
    let (gaps, duplicates) = try state.sequence.finish()
    let ids = try state.ids.finish()
    var tally = state.tally
    for (finding, ranges) in [
      (PopulationFinding.sequenceGap, gaps), (.duplicateSequence, duplicates), (.duplicateID, ids),
    ] where ranges.count > 0 {
      tally.add(finding, ranges)
    }
    return PopulationReport(
      tally, others, place: place, records: state.records, sourceCount: sourceCount,
      backwards: state.times.steps)
  }
}
