import VaultCore
import VaultSigning
import VaultStore

/// The lines of a period's reviews with who added them, each commit verified.
public struct ReviewLog: Sendable {
  /// A line with its place.
  public struct Placed: Sendable {
    public let line: Line
    public let leaf: Int
    public let commit: ObjectID
    public let sequence: Int
    /// The time that the commit's author claims.
    public let time: Timestamp
    /// The author's name in the trust document.
    public let author: String
  }

  public private(set) var lines: [Placed] = []
  /// Commits that do not verify, with why; their lines are left out.
  public private(set) var rejected: [(sequence: Int, reason: String)] = []

  /// Reads the reviews of a period; empty where it has none.
  public init(_ vault: OpenVault, _ period: String) throws {
    guard let reader = try vault.reviews(period) else { return }
    for sequence in 1...reader.index.sequence { try read(sequence, vault, reader) }
  }

  private mutating func read(_ sequence: Int, _ vault: OpenVault, _ reader: RefReader) throws {
    do {
      let verified = try VerifiedCommit(vault, reader, sequence: sequence)
      var leaf = verified.commit.count - verified.commit.added
      var found: [Placed] = []
      for line in try reader.forEachAddedLine(sequence, { $0 }) {
        try verified.permit.check(line)
        found.append(
          Placed(
            line: line, leaf: leaf, commit: verified.id, sequence: sequence, time: verified.commit.time,
            author: verified.authorName))
        leaf += 1
      }
      lines += found
    } catch let error as TrustError {
      rejected.append((sequence, error.reason))
    }
  }

  /// The draws, in order.
  public var draws: [(draw: SampleDraw, placed: Placed)] {
    lines.compactMap { placed in if case .draw(let draw) = placed.line { (draw, placed) } else { nil } }
  }

  /// The draws from the very entry that `population` names.
  public func draws(of population: PopulationReference) -> [(draw: SampleDraw, placed: Placed)] {
    draws.filter { $0.draw.population == population }
  }

  /// The draws from other entries at the path that `population` names.
  public func draws(ofOtherRevisionsOf population: PopulationReference) -> [(
    draw: SampleDraw, placed: Placed
  )] {
    draws.filter { $0.draw.population.path == population.path && $0.draw.population != population }
  }

  /// The newest result of each record of the draw at a leaf.
  public func results(ofDraw leaf: Int) -> [Int: (result: SampleResult, placed: Placed)] {
    var out: [Int: (result: SampleResult, placed: Placed)] = [:]
    for placed in lines {
      if case .result(let result) = placed.line, result.draw == leaf { out[result.record] = (result, placed) }
    }
    return out
  }
}
