/// What a ``FaultingFiles`` does to one call.
public struct Fault: Sendable, Equatable {
  /// Which calls are counted to find the one that is hit.
  public enum Counting: Sendable {
    case all
    /// Those that change the disk or what would survive a power cut; see ``FileCall/mutates``.
    case mutating
  }

  public enum Effect: Sendable, Equatable {
    /// The call does nothing and fails.
    case fail(errno: Int32)
    /// The call, if it is a write, writes that many bytes; then it fails.
    case failWriting(bytes: Int, errno: Int32)
    /// The call is made, and is the last before the process dies.
    case die
    /// As ``die``; a write writes only that many bytes.
    case dieWriting(bytes: Int)
  }

  /// The number of the call, counted from 0.
  public let call: Int
  public let counting: Counting
  public let effect: Effect

  public init(at call: Int, counting: Counting = .mutating, _ effect: Effect) {
    self.call = call
    self.counting = counting
    self.effect = effect
  }
}

/// One call that went through a ``FaultingFiles``.
public struct FileCall: Sendable, Equatable {
  /// As in ``FileError/operation``.
  public let operation: String
  /// For calls on a descriptor, the path it was opened by; for a rename, the new one.
  public let path: String
  /// Whether the call makes, changes, removes or syncs something.
  public let mutates: Bool
}
