/// A sample of a population: a line of a period's reviews (docs/format.md, §16: draw).
public struct SampleDraw: VaultDocument, Hashable {
  public static let documentType = "draw"
  /// Bytes of a seed: 128 to 512 bits.
  public static let seedBytes = 16...64

  /// The receipt of the population that the auditor saw.
  public struct Receipt: Hashable, Sendable {
    /// The remote's log.
    public let log: String
    /// The leaf in it.
    public let index: Int
    public let received: Timestamp

    public init(log: String, index: Int, received: Timestamp) {
      self.log = log
      self.index = index
      self.received = received
    }
  }

  public let population: PopulationReference
  /// The auditor's seed.
  public let seed: [UInt8]
  /// How many records.
  public let size: Int
  /// The leaf of the earlier draw that this one extends.
  public let extends: Int?
  public let purpose: String?
  public let receipt: Receipt?

  public init(
    population: PopulationReference, seed: [UInt8], size: Int, extends: Int? = nil, purpose: String? = nil,
    receipt: Receipt? = nil
  ) {
    self.population = population
    self.seed = seed
    self.size = size
    self.extends = extends
    self.purpose = purpose
    self.receipt = receipt
  }

  /// Whether this draw may extend `earlier`: it is from the same population with the same seed, and larger.
  public func extends(_ earlier: SampleDraw) -> Bool {
    earlier.population == population && earlier.seed == seed && earlier.size < size
  }

  public init(members m: inout Members) throws(FormatError) {
    extends = try m.optionalInteger("extends", 0...CanonicalValue.maxInteger)
    population = try m.populationReference("population")
    purpose = try m.optionalText("purpose")
    if var r = try m.optionalMembers("receipt") {
      receipt = Receipt(
        log: try r.text("log", limit: 255), index: try r.integer("index"), received: try r.time("received"))
      try r.finish()
    } else {
      receipt = nil
    }
    guard let seed = Hex.decode(try m.text("seed", limit: 128).utf8), Self.seedBytes.contains(seed.count)
    else {
      throw m.bad("seed", "is not 32 to 128 hex digits")
    }
    self.seed = seed
    size = try m.integer("size", 1...CanonicalValue.maxInteger)
    guard size <= population.count else { throw m.bad("size", "is over the population's count") }
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    let receipt: CanonicalValue? = self.receipt.map {
      .make([("index", .integer($0.index)), ("log", .string($0.log)), ("received", .time($0.received))])
    }
    return [
      ("extends", extends.map { .integer($0) }), ("population", population.value),
      ("purpose", purpose.map { .string($0) }), ("receipt", receipt), ("seed", .string(Hex.encode(seed))),
      ("size", .integer(size)),
    ]
  }
}
