/// How far a period has come along its lines (docs/format.md, §14.2 and §14.3); fed in order.
public struct PeriodProgress: Hashable, Sendable {
  /// What a period takes.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// Evidence, and everything else but seals.
    case open
    /// Waivers, repudiations and seals.
    case closed
    /// Nothing.
    case sealed
  }

  /// The ref at the end of a commit: what a seal document names.
  public struct Point: Hashable, Sendable {
    public let commit: ObjectID
    public let count: Int
    public let root: MerkleHash

    public init(commit: ObjectID, count: Int, root: MerkleHash) {
      self.commit = commit
      self.count = count
      self.root = root
    }
  }

  /// The seal lines of one document that the ref ends with.
  public struct SealRun: Hashable, Sendable {
    public let document: ObjectID
    /// The ref before the run; nil for one that does not begin with its commit.
    public let base: Point?
    /// The fingerprints that its lines name, each once, in their order.
    public internal(set) var signers: [String]

    public init(document: ObjectID, base: Point?, signers: [String]) {
      self.document = document
      self.base = base
      self.signers = signers
    }
  }

  /// Why a line may not stand where it does.
  public enum Breach: Hashable, Sendable {
    /// The period takes no such line any more.
    case ended(State)
    /// A seal in a period that is open.
    case notClosed
    /// A seal by a key whose seal of the same document is there.
    case signedAlready
    /// A seal that is not the first line of its commit, nor behind another of its document.
    case sealNotFirst
  }

  public let approvers: Int
  public private(set) var state: State
  /// The run of seal lines at the end; nil where another line stands there.
  public private(set) var run: SealRun?

  public init(approvers: Int, state: State = .open, run: SealRun? = nil) {
    self.approvers = approvers
    self.state = state
    self.run = run
  }

  /// What keeps `line` from being the next; `base` is the ref before it where it is the first line of its commit.
  public func breach(_ line: Line, after base: Point?) -> Breach? {
    switch (state, line) {
    case (.sealed, _): return .ended(.sealed)
    case (.open, .seal): return .notClosed
    case (.closed, .seal(let seal)):
      guard let run, run.document == seal.document else { return base == nil ? .sealNotFirst : nil }
      if run.signers.contains(seal.signer) { return .signedAlready }
      return run.base == nil ? .sealNotFirst : nil
    case (.closed, .waive), (.closed, .repudiate): return nil
    case (.closed, _): return .ended(.closed)
    case (.open, _): return nil
    }
  }

  /// Takes in the next line, whether or not it may stand there; `base` is as in ``breach(_:after:)``.
  public mutating func take(_ line: Line, after base: Point?) {
    guard case .seal(let seal) = line else {
      run = nil
      if case .close = line, state == .open { state = .closed }
      return
    }
    // What is no seal by its place brings no state either.
    guard state == .closed else { return }
    if run?.document != seal.document { run = SealRun(document: seal.document, base: base, signers: []) }
    guard let current = run, current.base != nil, !current.signers.contains(seal.signer) else { return }
    run?.signers.append(seal.signer)
    if current.signers.count + 1 >= approvers { state = .sealed }
  }

  /// Takes in lines that are none of those that change what a period takes.
  public mutating func takeOthers() { run = nil }
}
