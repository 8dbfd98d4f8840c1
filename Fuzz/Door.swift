import Glibc
import VaultCore

/// A way by which bytes of others come in. The fuzzer tries each by itself; the variable DOOR says which.
struct Door: Sendable {
  let name: String
  /// Takes the bytes; traps where something holds of them that must not.
  let enter: @Sendable (UnsafeRawBufferPointer) -> Void

  static let all = [documents, packs, records, notes, session]

  static let chosen: Door = {
    let name = getenv("DOOR").map { String(cString: $0) }
    guard let door = all.first(where: { $0.name == name }) else {
      fatalError("DOOR names one of \(all.map(\.name).joined(separator: ", "))")
    }
    return door
  }()
}

/// Ends the program with a word on what does not hold.
func require(_ holds: Bool, _ claim: @autoclosure () -> String) {
  if !holds { fatalError(claim()) }
}
