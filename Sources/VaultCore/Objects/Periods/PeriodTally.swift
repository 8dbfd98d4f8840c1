/// Sums up the lines of a period as a seal document states them (docs/format.md, §7.6); fed in order, and small beside
/// the lines: what it keeps of an entry that nothing supersedes is that it is there.
public struct PeriodTally: Sendable {
  /// An entry of a later revision.
  public struct Revision: Sendable {
    let leaf: Int
    let supersedes: Int
    let kind: Entry.Kind
  }

  /// What a run of lines of one commit adds.
  public struct Part: Sendable {
    /// First revisions of documents.
    var documents = 0
    var revisions: [Revision] = []
    /// Populations of every revision.
    var populations: [PopulationReference] = []
    var expectations: [Expectation] = []
    var waivers: [Int] = []

    public init() {}

    /// Whether there is an `expect` line.
    public var hasExpectations: Bool { !expectations.isEmpty }

    /// The series of `expect` lines without a reason.
    public var unexplainedSeries: [String] { expectations.filter { $0.reason == nil }.map(\.series) }

    /// Takes in a line with its leaf.
    public mutating func take(_ line: Line, leaf: Int, hash: MerkleHash) {
      switch line {
      case .entry(let entry):
        if let before = entry.supersedes {
          revisions.append(Revision(leaf: leaf, supersedes: before.leaf, kind: entry.kind))
        } else if entry.population == nil {
          documents += 1
        }
        if let population = entry.population {
          populations.append(
            PopulationReference(
              path: entry.path, revision: entry.revision, leaf: leaf, hash: hash, count: population.count,
              root: population.root))
        }
      case .expect(let expectation): expectations.append(expectation)
      case .waive: waivers.append(leaf)
      case .open, .repudiate, .close, .seal, .reconcile, .draw, .result: break
      }
    }
  }

  private struct Step {
    let sequence: Int
    let firstLeaf: Int
    var documents: Int
  }

  /// The revisions of a path that has more than one, from the first on.
  private struct Chain {
    let kind: Entry.Kind
    var leaves: [Int]
  }

  private var steps: [Step] = []
  private var chains: [Chain] = []
  /// The chain whose newest leaf this is.
  private var chainOf: [Int: Int] = [:]
  private var populations: [PopulationReference] = []
  private var waivers: [Int] = []
  /// What is expected of each series, by the newest line.
  public private(set) var expectations: [[UInt8]: Expectation] = [:]

  public init() {}

  /// Takes in lines of the commit with a sequence, whose first leaf is given; one commit may come in several parts.
  ///
  /// - Returns: the series whose lines amend an earlier one and do not say why.
  @discardableResult
  public mutating func append(_ part: Part, sequence: Int, firstLeaf: Int) -> [String] {
    if steps.last?.sequence == sequence {
      steps[steps.count - 1].documents += part.documents
    } else {
      steps.append(Step(sequence: sequence, firstLeaf: firstLeaf, documents: part.documents))
    }
    for revision in part.revisions { append(revision) }
    populations += part.populations
    waivers += part.waivers
    var unexplained: [String] = []
    for expectation in part.expectations {
      let before = expectations.updateValue(expectation, forKey: Array(expectation.series.utf8))
      if before != nil, expectation.reason == nil { unexplained.append(expectation.series) }
    }
    return unexplained
  }

  private mutating func append(_ revision: Revision) {
    let chain: Int
    if let found = chainOf.removeValue(forKey: revision.supersedes) {
      chain = found
    } else {
      chain = chains.count
      chains.append(Chain(kind: revision.kind, leaves: [revision.supersedes]))
    }
    chains[chain].leaves.append(revision.leaf)
    chainOf[revision.leaf] = chain
  }

  /// What a seal document says of the lines so far, where the commits `repudiated` do not count.
  public func contents(_ opening: PeriodOpening, repudiated: Set<Int>) -> Seal.Contents {
    var contents = Seal.Contents(from: opening.from, to: opening.to)
    contents.repudiated = repudiated.sorted()
    contents.waivers = waivers
    contents.expectations = expectations.values.count { !$0.isWithdrawn }
    func counts(_ leaf: Int) -> Bool { !repudiated.contains(sequence(ofLeaf: leaf)) }
    contents.documents = steps.reduce(0) { $0 + (repudiated.contains($1.sequence) ? 0 : $1.documents) }
    /// Populations that are not their path's highest revision that counts.
    var passed: Set<Int> = []
    for chain in chains {
      contents.superseded += chain.leaves.dropLast()
      let standing = chain.leaves.last(where: counts)
      if chain.kind == .population {
        passed.formUnion(chain.leaves.filter { $0 != standing })
      } else if standing != nil, !counts(chain.leaves[0]) {
        // The first revision is not among those that count, and the path stands all the same.
        contents.documents += 1
      }
    }
    contents.superseded.sort()
    contents.populations = populations.filter { counts($0.leaf) && !passed.contains($0.leaf) }
    return contents
  }

  private func sequence(ofLeaf leaf: Int) -> Int {
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].firstLeaf <= leaf { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? steps[low - 1].sequence : 0
  }
}
