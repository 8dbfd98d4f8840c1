import VaultCore
import VaultStore

/// The earlier periods that late evidence is about.
enum ConcernedPeriods {
  /// Those that the vault does not have, of entries of the period that `opening` opens. Throws `refused` for one that it
  /// has and that ends later than that one.
  static func unknown(_ entries: [Entry], _ opening: PeriodOpening, _ vault: OpenVault) throws -> [String] {
    var unknown: [String] = []
    for name in Set(entries.compactMap(\.concerns)).sorted() {
      guard let to = try end(of: name, vault) else {
        unknown.append(name)
        continue
      }
      guard to <= opening.to else {
        throw StoreError(
          .refused, "\(name) is no earlier period: it ends on \(to), and \(opening.period) on \(opening.to)",
          hint: "--concerns names an earlier period, which takes no more itself")
      }
    }
    return unknown
  }

  private static func end(of name: String, _ vault: OpenVault) throws -> Timestamp? {
    do {
      return try vault.period(name).opening().to
    } catch let error as StoreError where error.code == .notFound {
      return nil
    }
  }
}
