import VaultCore

/// Offers a run: several commits of a ref, one behind the other, which are accepted together (docs/protocol.md, §3.10).
public struct Run: Message {
  public static let documentType = "run"

  public let ref: RefName
  /// In order, without gaps; at least one. No pack is named twice.
  public let lines: [CarriedLine]

  public init(ref: RefName, lines: [CarriedLine]) {
    self.ref = ref
    self.lines = lines
  }

  public init(members m: inout Members) throws(FormatError) {
    lines = try m.lines("lines")
    guard !lines.isEmpty else { throw m.bad("lines", "is empty") }
    var seen: Set<ObjectID> = []
    for pack in lines.flatMap(\.packs) where !seen.insert(pack.pack).inserted {
      throw m.bad("lines", "have a pack twice")
    }
    guard let ref = RefName(try m.text("ref")) else { throw m.bad("ref", "is no ref name") }
    self.ref = ref
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("lines", .lines(lines)), ("ref", .string(ref.description))]
  }
}
