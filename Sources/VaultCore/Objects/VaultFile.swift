/// The file `vault.json` at a vault's root: what kind of folder this is, readable by every later version.
public struct VaultFile: VaultDocument, Hashable {
  public static let documentType = "vault"

  /// The file's name.
  public static let name = "vault.json"
  /// The vault's id.
  public let vault: ObjectID

  public init(vault: ObjectID) { self.vault = vault }

  public init(members m: inout Members) throws(FormatError) {
    let format = try m.integer("format", 1...CanonicalValue.maxInteger)
    guard format <= Limits.formatVersion else {
      throw FormatError(
        .unsupported, "the vault has format \(format); this program knows \(Limits.formatVersion)")
    }
    vault = try m.objectID("vault")
  }

  public var documentMembers: [(String, CanonicalValue?)] {
    [("format", .integer(Limits.formatVersion)), ("vault", .id(vault))]
  }
}
