/// Somebody who looks at a population's records while they are taken in.
public protocol RecordObserver: Sendable {
  /// What is said of one frame of whole records, the first of which is number `firstRecord`; called by any worker, for
  /// several frames at a time. A last record without LF is the population's last.
  func examine(_ frame: UnsafeRawBufferPointer, firstRecord: UInt64) throws -> any Sendable

  /// Takes what was said of the frames, one after the other in their order.
  func take(_ examined: any Sendable) throws
}
