/// One line of a ref: what a commit adds. The line's bytes without the LF are a leaf of the ref's tree.
public enum Line: Hashable, Sendable {
  /// The opening of a period; always and only the first line of `periods/<name>`.
  case open(PeriodOpening)
  /// A piece of evidence.
  case entry(Entry)
  /// The word that an earlier commit's entries do not count.
  case repudiate(Repudiation)
  /// What is to be collected again and again.
  case expect(Expectation)
  /// The word that something missing or wrong is known and accepted.
  case waive(Waiver)
  /// The end of the taking of evidence.
  case close(PeriodClosing)
  /// An approver's signature over the period's seal document.
  case seal(SealSignature)
  /// Two populations held against each other; in reviews, like the next two.
  case reconcile(Reconciliation)
  /// A sample of a population.
  case draw(SampleDraw)
  /// What a tester found in a record of a sample.
  case result(SampleResult)

  /// Decodes one line without its LF.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(FormatError) {
    if let entry = Entry(passing: bytes) {
      self = .entry(entry)
      return
    }
    try self.init(parsingValue: bytes)
    guard encoded() == Array(bytes) else { throw FormatError(.notCanonical, "a line encodes to other bytes") }
  }

  /// Decodes one line without its LF; whether it encodes to the same bytes again is not looked at, so that this is for
  /// lines whose bytes are known by a hash.
  package init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
    if let entry = Entry(passing: bytes) { self = .entry(entry) } else { try self.init(parsingValue: bytes) }
  }

  init(parsingValue bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard bytes.count <= Limits.lineBytes else {
      throw FormatError(.overLimit, "a line of \(bytes.count) bytes")
    }
    let value = try CanonicalValue(canonical: bytes)
    guard case .object(let members) = value,
      case .string(let type)? = members.first(where: { $0.name == "type" })?.value
    else { throw FormatError(.badMember, "a line without a type") }
    switch type {
    case PeriodOpening.documentType: self = .open(try PeriodOpening(value: value))
    case Entry.documentType: self = .entry(try Entry(value: value))
    case Repudiation.documentType: self = .repudiate(try Repudiation(value: value))
    case Expectation.documentType: self = .expect(try Expectation(value: value))
    case Waiver.documentType: self = .waive(try Waiver(value: value))
    case PeriodClosing.documentType: self = .close(try PeriodClosing(value: value))
    case SealSignature.documentType: self = .seal(try SealSignature(value: value))
    case Reconciliation.documentType: self = .reconcile(try Reconciliation(value: value))
    case SampleDraw.documentType: self = .draw(try SampleDraw(value: value))
    case SampleResult.documentType: self = .result(try SampleResult(value: value))
    default: throw FormatError(.unsupported, "a line of the unknown type \"\(type)\"")
    }
  }

  /// Decodes one line without its LF.
  public init(decoding bytes: [UInt8]) throws(FormatError) {
    self = try bytes.withBytes { raw throws(FormatError) in try Line(decoding: raw) }
  }

  /// The line's bytes without its LF, which are seen to read back as the line.
  package func checkedEncoding() throws(FormatError) -> [UInt8] {
    let bytes = encoded()
    guard try bytes.withBytes({ raw throws(FormatError) in try Line(parsing: raw) }) == self else {
      throw FormatError(.badMember, "a line reads back differently")
    }
    return bytes
  }

  /// The line's bytes without its LF.
  // Each by its own type: as `any VaultDocument` an entry would be boxed, for every line that is written or checked.
  public func encoded() -> [UInt8] {
    switch self {
    case .open(let opening): opening.encoded()
    case .entry(let entry): entry.encoded()
    case .repudiate(let repudiation): repudiation.encoded()
    case .expect(let expectation): expectation.encoded()
    case .waive(let waiver): waiver.encoded()
    case .close(let closing): closing.encoded()
    case .seal(let signature): signature.encoded()
    case .reconcile(let reconciliation): reconciliation.encoded()
    case .draw(let draw): draw.encoded()
    case .result(let result): result.encoded()
    }
  }

  /// Whether a ref of this kind holds such lines (docs/format.md, §7.5).
  public func stands(in ref: RefName) -> Bool {
    switch self {
    case .reconcile, .draw, .result: if case .reviews = ref { true } else { false }
    default: if case .period = ref { true } else { false }
    }
  }
}
