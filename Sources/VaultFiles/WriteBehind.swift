import Synchronization

/// Has the disk write long files while they are appended to, one after another, and lets the system's memory go of what is on
/// the disk.
///
/// Who makes a long file and does not read it again soon gains twice: a later fsync has little left to wait for, and the files
/// take the same memory over and over. Memory that the system has not used for a while costs more than the disk does where
/// the machine is a guest: its host has to find it first. All of it is a help: it promises nothing and hides no failure.
public final class WriteBehind: Sendable {
  private let plan = Mutex(WritePlan<SharedFile>())

  public init() {}

  /// `file` has grown. With `keeping`, what of it is given to the disk now stays in memory.
  public func grew(_ file: SharedFile, from start: Int64, to end: Int64, keeping isKept: Bool = false) {
    plan.withLock { $0.grew(file, from: start, to: end, keeping: isKept).forEach(Self.ask) }
  }

  /// `file` is whole, and has `end` bytes.
  public func ended(_ file: SharedFile, at end: Int64) {
    plan.withLock { $0.ended(file, at: end).forEach(Self.ask) }
  }

  private static func ask(_ request: WritePlan<SharedFile>.Request) {
    switch request.kind {
    case .write: request.file.file.startWriting(at: request.at, count: request.count)
    case .forget: request.file.file.dropCache(from: request.at, count: request.count)
    }
  }
}

/// What the system is asked for, of files that grow.
struct WritePlan<Owner: Sendable>: Sendable {
  struct Request {
    enum Kind { case write, forget }

    let kind: Kind
    let file: Owner
    let at: Int64
    let count: Int64
  }

  /// Bytes of a file that the disk is given at a time.
  static var step: Int64 { 8 << 20 }
  /// Bytes that stay in memory for so long, so that the disk has the time to write them.
  static var lag: Int64 { 4 * step }
  /// Shorter files are left alone: each that waits to be forgotten is open, of which a process may have so many.
  static var shortest: Int64 { step }

  /// What the disk was given and what is to be forgotten, the newest last.
  private var given: [Request] = []
  private var givenBytes: Int64 = 0

  mutating func grew(_ file: Owner, from start: Int64, to end: Int64, keeping isKept: Bool) -> [Request] {
    let (first, last) = (start / Self.step * Self.step, end / Self.step * Self.step)
    return first < last ? give(file, first, last, isKept) : []
  }

  mutating func ended(_ file: Owner, at end: Int64) -> [Request] {
    let first = end / Self.step * Self.step
    return end >= Self.shortest && first < end ? give(file, first, end, false) : []
  }

  private mutating func give(_ file: Owner, _ first: Int64, _ last: Int64, _ isKept: Bool) -> [Request] {
    var out = [Request(kind: .write, file: file, at: first, count: last - first)]
    if !isKept {
      given.append(Request(kind: .forget, file: file, at: first, count: last - first))
      givenBytes += last - first
    }
    while givenBytes > Self.lag {
      let request = given.removeFirst()
      givenBytes -= request.count
      out.append(request)
    }
    return out
  }
}
