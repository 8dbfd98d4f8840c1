/// A value of a record that was found by a pointer.
public enum RecordValue {
  /// Absent, `null`, or a text of no bytes.
  case missing
  /// What a string stands for.
  case text(RecordString)
  /// A valid number's bytes.
  case number(UnsafeRawBufferPointer)
  /// `true`, `false`, an array or an object.
  case other

  /// What the bytes of a value are; nil for an absent one.
  public init(_ bytes: UnsafeRawBufferPointer?) {
    guard let bytes, let first = bytes.first else {
      self = .missing
      return
    }
    switch first {
    case UInt8(ascii: "\""):
      let inner = UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1])
      self = inner.isEmpty ? .missing : .text(RecordString(raw: inner))
    case UInt8(ascii: "n"): self = .missing
    case UInt8(ascii: "-"), 0x30...0x39: self = .number(bytes)
    default: self = .other
    }
  }
}

/// A valid JSON string without its quotes.
public struct RecordString {
  let raw: UnsafeRawBufferPointer

  init(raw: UnsafeRawBufferPointer) { self.raw = raw }

  /// The string that a valid value with its quotes is.
  public init(quoted bytes: UnsafeRawBufferPointer) {
    raw = UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1])
  }

  /// Gives the bytes that the string stands for to `body`.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    guard let start = raw.baseAddress else { return body(raw) }
    let end = start + raw.count
    if RecordScanner.plainEnd(start, end) == end || !raw.contains(UInt8(ascii: "\\")) { return body(raw) }
    return JSONText.decoded(raw).withBytes(body)
  }
}

extension SipHash {
  /// The hash of an id: equal for strings of the same scalars and for numbers of the same value, and for nothing else
  /// but by a chance of one in 2^128. Nil for what is no id.
  public func id(_ value: RecordValue) -> (UInt64, UInt64)? {
    switch value {
    case .missing, .other: return nil
    case .text(let text): return text.withBytes { hash(tag: 1, $0) }
    case .number(let bytes):
      if bytes.last != 0x30, RecordNumber.integer(bytes) != nil { return hash(tag: 2, bytes) }
      let normal = RecordNumber.Normal(bytes)
      let whole = (normal.isNegative ? [UInt8(ascii: "-")] : []) + normal.digits
      // An integer that ends in no zero is its own normal form.
      if normal.exponent == 0, !normal.digits.isEmpty { return whole.withBytes { hash(tag: 2, $0) } }
      return (Array("e\(normal.exponent) ".utf8) + whole).withBytes { hash(tag: 2, $0) }
    }
  }

  /// The hash of `bytes` as those of one kind.
  private func hash(tag: UInt64, _ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
    SipHash(key: (k0 ^ tag, k1)).hash(bytes)
  }
}
