import VaultAudit
import VaultCore
import VaultStore

/// In which order what a remote lacks of several refs is pushed. A seal names the period's reviews as they were, and the
/// seal of the period before; reviews name what stands in their period: each goes only where what it names is there.
struct PushOrder {
  /// A part of a ref: its commits up to one.
  struct Step: Equatable {
    let ref: RefName
    let through: Int
  }

  private(set) var steps: [Step] = []
  private let refs: Set<RefName>
  private let have: [RefName: Int]
  private let readers: [RefName: RefReader]
  private var seen: Set<RefName> = []

  /// The order for `refs`, of which the remote has the first `have` commits; `readers` has a reader of each.
  init(_ refs: [RefName], have: [RefName: Int], _ readers: [RefName: RefReader]) throws {
    self.refs = Set(refs)
    self.have = have
    self.readers = readers
    for ref in refs { try visit(ref) }
  }

  private mutating func visit(_ ref: RefName) throws {
    guard refs.contains(ref), let reader = readers[ref] else { return }
    guard case .period(let name) = ref else {
      // Reviews go with their period, where that is pushed too.
      if case .reviews(let name) = ref, refs.contains(.period(name)) { return try visit(.period(name)) }
      return steps.append(Step(ref: ref, through: reader.index.sequence))
    }
    guard seen.insert(ref).inserted else { return }
    if let before = try reader.opening().predecessor { try visit(.period(before.period)) }
    let reviews = refs.contains(.reviews(name)) ? readers[.reviews(name)] : nil
    if let reviews { try interleave(reader, reviews) }
    steps.append(Step(ref: ref, through: reader.index.sequence))
    if let reviews { steps.append(Step(ref: reviews.index.ref, through: reviews.index.sequence)) }
  }

  /// For each seal that the remote lacks: the period up to it, then the reviews that it names.
  private mutating func interleave(_ period: RefReader, _ reviews: RefReader) throws {
    var reviewed = have[reviews.index.ref] ?? 0
    for sequence in period.index.governing where sequence > have[period.index.ref] ?? 0 {
      for line in try period.forEachAddedLine(sequence, { $0 }) {
        guard case .seal(let signed) = line, let named = try period.readSeal(signed.document).reviews,
          named.count > 0, let through = reviews.index.sequence(ofLeaf: UInt64(named.count - 1)),
          through > reviewed
        else { continue }
        steps.append(Step(ref: period.index.ref, through: sequence - 1))
        steps.append(Step(ref: reviews.index.ref, through: through))
        reviewed = through
      }
    }
  }
}

extension RefReader {
  /// The seal that is this document.
  fileprivate func readSeal(_ document: ObjectID) throws -> Seal {
    let bytes = try objects.read(document, limit: Limits.sealBytes)
    do throws(FormatError) {
      return try Seal(decoding: bytes, limit: Limits.sealBytes)
    } catch {
      throw StoreError.damaged("seal \(document.hex)", error)
    }
  }
}
