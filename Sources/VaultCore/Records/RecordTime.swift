/// When a record is of: an RFC 3339 date-time, to the millisecond before it.
public enum RecordTime: Equatable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z; below 0 before.
  case at(Int64)
  /// A date, or a time that lacks nothing but its zone.
  case withoutZone
  /// No time at all.
  case malformed

  /// Reads `2026-03-01T06:00:00Z`, with any fraction and `Z` or an offset; `t` and `z` count as well. Years are 0000 to
  /// 9999 and seconds end with 59.
  public init(_ text: UnsafeRawBufferPointer) {
    guard text.count >= 10, let day = Self.day(text) else {
      self = .malformed
      return
    }
    if text.count == 10 {
      self = .withoutZone
      return
    }
    guard text.count >= 19, text[10] | 0x20 == UInt8(ascii: "t"), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"), let hour = Self.number(text, 11, 2), hour < 24,
      let minute = Self.number(text, 14, 2), minute < 60, let second = Self.number(text, 17, 2), second < 60
    else {
      self = .malformed
      return
    }
    var at = 19
    guard let fraction = Self.fraction(text, &at) else {
      self = .malformed
      return
    }
    if at == text.count {
      self = .withoutZone
      return
    }
    guard let offset = Self.offset(text, at) else {
      self = .malformed
      return
    }
    self = .at(day * 86_400_000 + Int64((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction)
  }

  /// Days since 1970 of the date that a text begins with.
  @inline(__always) private static func day(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), let year = number(text, 0, 4),
      let month = number(text, 5, 2), let day = number(text, 8, 2), (1...12).contains(month), day >= 1
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let last =
      month == 2 ? (isLeap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    guard day <= last else { return nil }
    // Counted from March on, so that a leap day is a year's last (the proleptic Gregorian calendar).
    let y = month <= 2 ? year - 1 : year
    let leaps = y >= 0 ? y / 4 - y / 100 + y / 400 : -1
    return Int64(365 * y + leaps + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719_468)
  }

  @inline(__always) private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ width: Int)
    -> Int?
  {
    var value = 0
    for index in start..<start + width {
      let digit = text[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return value
  }

  /// The milliseconds of a fraction, which may be absent.
  private static func fraction(_ text: UnsafeRawBufferPointer, _ at: inout Int) -> Int64? {
    guard at < text.count, text[at] == UInt8(ascii: ".") else { return 0 }
    at += 1
    let start = at
    var value: Int64 = 0
    while at < text.count, text[at] >= 0x30, text[at] <= 0x39 {
      if at - start < 3 { value = value * 10 + Int64(text[at] - 0x30) }
      at += 1
    }
    guard at > start else { return nil }
    for _ in 0..<max(0, 3 - (at - start)) { value *= 10 }
    return value
  }

  /// The minutes east of UTC that a text ends with.
  private static func offset(_ text: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    if text[at] | 0x20 == UInt8(ascii: "z") { return at + 1 == text.count ? 0 : nil }
    let isEast = text[at] == UInt8(ascii: "+")
    guard isEast || text[at] == UInt8(ascii: "-"), at + 6 == text.count, text[at + 3] == UInt8(ascii: ":"),
      let hours = number(text, at + 1, 2), hours < 24, let minutes = number(text, at + 4, 2), minutes < 60
    else { return nil }
    return (isEast ? 1 : -1) * (hours * 60 + minutes)
  }
}
