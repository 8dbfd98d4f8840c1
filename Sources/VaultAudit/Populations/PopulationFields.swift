import VaultCore
import VaultStore

/// Where the records of a population have what is checked, and against which window.
struct PopulationFields: Sendable {
  let id: JSONPointer?
  let sequence: JSONPointer?
  let time: JSONPointer?
  /// The period's window; nil where records may be of any time.
  let window: Entry.Window?

  /// Throws ``StoreError`` where a field is no pointer.
  init(id: String?, sequence: String?, time: String?, window: Entry.Window?) throws {
    self.id = try Self.pointer(id)
    self.sequence = try Self.pointer(sequence)
    self.time = try Self.pointer(time)
    self.window = window
  }

  private static func pointer(_ text: String?) throws -> JSONPointer? {
    guard let text else { return nil }
    guard let pointer = JSONPointer(text) else {
      throw StoreError(.badInput, "\(text) is no JSON Pointer", hint: "write it like /number")
    }
    return pointer
  }

  var pointers: [JSONPointer] { [id, sequence, time].compactMap { $0 } }
}
