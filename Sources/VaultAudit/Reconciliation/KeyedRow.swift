import VaultCore

/// A record as a reconciliation sees it: the hash of its key, a hash of what is compared, and its number.
struct KeyedRow {
  let key: Digest
  let compared: Digest
  /// The record, with the top bit set where it has no key.
  private let marked: UInt64

  private static let mark: UInt64 = 1 << 63

  init(key: Digest, compared: Digest, record: UInt64, isKeyMissing: Bool) {
    self.key = key
    self.compared = compared
    marked = isKeyMissing ? record | Self.mark : record
  }

  var record: UInt64 { marked & ~Self.mark }
  var isKeyMissing: Bool { marked & Self.mark != 0 }

  /// By the key's hash, then by record.
  static func precedes(_ a: KeyedRow, _ b: KeyedRow) -> Bool {
    a.key != b.key ? a.key < b.key : a.record < b.record
  }
}

/// Makes rows of records; belongs to one thread.
struct RowMaker {
  /// The places of the key, then those that are compared.
  private let fields: RecordFields
  private let keys: Range<Int>
  private let others: Range<Int>
  private let hasher = SHA256Hasher()
  private var buffer: [UInt8] = []

  init(on: [JSONPointer], compare: [JSONPointer]) {
    fields = RecordFields(on + compare)
    keys = 0..<on.count
    others = on.count..<on.count + compare.count
  }

  mutating func row(_ bytes: UnsafeRawBufferPointer, _ record: UInt64) -> KeyedRow {
    buffer.removeAll(keepingCapacity: true)
    fields.read(bytes)
    var isMissing = false
    for place in keys {
      guard let value = fields[place].map(ComparedValue.init), !value.isNull else {
        isMissing = true
        break
      }
      value.append(to: &buffer)
    }
    if isMissing {
      // A record without a key matches nothing, and stands by itself.
      buffer.removeAll(keepingCapacity: true)
      buffer.appendLittle(record)
    }
    let key = hasher.hash(buffer)
    return KeyedRow(key: key, compared: compared(), record: record, isKeyMissing: isMissing)
  }

  private mutating func compared() -> Digest {
    guard !others.isEmpty else { return .zero }
    buffer.removeAll(keepingCapacity: true)
    for place in others {
      // That a value is absent is a value to be compared too.
      if let value = fields[place] {
        ComparedValue(value).append(to: &buffer)
      } else {
        buffer.append(UInt8(ascii: "-"))
      }
    }
    return hasher.hash(buffer)
  }
}
