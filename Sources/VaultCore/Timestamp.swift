/// A point in time in milliseconds of UTC since 1970-01-01, from year 1970 to 9999.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00.000Z, without leap seconds.
  public let milliseconds: Int64

  /// The last representable time, 9999-12-31T23:59:59.999Z.
  public static let latest: Int64 = 253_402_300_799_999

  /// A time from milliseconds since 1970; nil outside the years 1970 to 9999.
  public init?(milliseconds: Int64) {
    guard milliseconds >= 0, milliseconds <= Self.latest else { return nil }
    self.milliseconds = milliseconds
  }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

  /// The bytes of a time in the one form of the format.
  static let byteCount = 24

  /// Reads the one form of the format, `2026-03-01T06:00:00.123Z`; nil for anything else.
  public init?(canonical text: String) {
    var text = text
    guard let time = text.withUTF8({ Timestamp(canonical: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = time
  }

  /// Reads the one form of the format; nil for anything else.
  init?(canonical text: UnsafeRawBufferPointer) {
    guard text.count == Self.byteCount else { return nil }
    var isForm = true
    func number(_ place: Int, _ width: Int, _ range: ClosedRange<Int>, _ end: Unicode.Scalar) -> Int {
      var value = 0
      for byte in text[place..<place + width] {
        isForm = isForm && byte >= 0x30 && byte <= 0x39
        value = value * 10 + Int(byte & 15)
      }
      isForm = isForm && range.contains(value) && text[place + width] == UInt8(ascii: end)
      return value
    }
    let year = number(0, 4, 1970...9999, "-")
    let month = number(5, 2, 1...12, "-")
    let day = number(8, 2, 1...31, "T")
    let hour = number(11, 2, 0...23, ":")
    let minute = number(14, 2, 0...59, ":")
    let second = number(17, 2, 0...59, ".")
    let fraction = number(20, 3, 0...999, "Z")
    guard isForm else { return nil }
    let date = days(fromYear: year, month: month, day: day)
    guard day <= 28 || civil(fromDays: date) == (year, month, day) else { return nil }
    let seconds = Int64(date) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    self.init(milliseconds: seconds * 1000 + Int64(fraction))
  }

  /// Reads a full RFC 3339 date-time with its zone (`Z` or an offset), fraction optional; nil for anything
  /// else. Digits below a millisecond must be zero, since nothing is rounded.
  public init?(rfc3339 text: String) { self.init(rfc3339: Array(text.utf8)) }

  private init?(rfc3339 text: [UInt8]) {
    var reader = DigitReader(text)
    guard let day = reader.date(), reader.take("T") || reader.take("t"),
      let hour = reader.number(2, 0...23), reader.take(":"), let minute = reader.number(2, 0...59),
      reader.take(":"), let second = reader.number(2, 0...59)
    else { return nil }
    guard let fraction = reader.fraction(), let offset = reader.zone(), reader.atEnd else { return nil }
    let seconds = Int64(day) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset * 60)
    self.init(milliseconds: seconds * 1000 + Int64(fraction))
  }

  /// Reads a calendar date `2026-01-01` as that day's first millisecond in UTC; nil for anything else.
  public init?(date text: String) {
    var reader = DigitReader(Array(text.utf8))
    guard let day = reader.date(), reader.atEnd else { return nil }
    self.init(milliseconds: Int64(day) * 86_400_000)
  }

  /// The first instant of a date of the years 1970 to 9999; nil for one that the calendar does not have.
  public init?(year: Int, month: Int, day: Int) {
    guard (1970...9999).contains(year), (1...12).contains(month) else { return nil }
    let found = days(fromYear: year, month: month, day: day)
    guard civil(fromDays: found) == (year, month, day) else { return nil }
    self.init(milliseconds: Int64(found) * 86_400_000)
  }

  /// The date in UTC.
  public var civilDate: (year: Int, month: Int, day: Int) {
    let (year, month, day) = civil(fromDays: Int(milliseconds / 86_400_000))
    return (year, month, day)
  }

  /// The date in UTC, `2026-03-01`.
  public var date: String { String(description.prefix(10)) }

  /// `2026-03-01T06:00:00.123Z`.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.byteCount) {
      write(to: $0)
      return Self.byteCount
    }
  }

  /// Appends the one form of the format.
  func append(to out: inout [UInt8]) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.byteCount) {
      write(to: $0)
      out.append(contentsOf: $0)
    }
  }

  private func write(to out: UnsafeMutableBufferPointer<UInt8>) {
    let rest = Int(milliseconds % 86_400_000)
    let (year, month, day) = civil(fromDays: Int(milliseconds / 86_400_000))
    let seconds = rest / 1000
    var place = 0
    func put(_ number: Int, _ width: Int, _ end: Unicode.Scalar) {
      var number = number
      for at in stride(from: place + width - 1, through: place, by: -1) {
        out[at] = 0x30 + UInt8(number % 10)
        number /= 10
      }
      out[place + width] = UInt8(ascii: end)
      place += width + 1
    }
    put(year, 4, "-")
    put(month, 2, "-")
    put(day, 2, "T")
    put(seconds / 3600, 2, ":")
    put(seconds / 60 % 60, 2, ":")
    put(seconds % 60, 2, ".")
    put(rest % 1000, 3, "Z")
  }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
private func days(fromYear year: Int, month: Int, day: Int) -> Int {
  let y = month <= 2 ? year - 1 : year
  let era = y / 400
  let yearOfEra = y - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(fromDays days: Int) -> (Int, Int, Int) {
  let z = days + 719_468
  let era = z / 146_097
  let dayOfEra = z - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let mp = (5 * dayOfYear + 2) / 153
  let month = mp < 10 ? mp + 3 : mp - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
}

private struct DigitReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var atEnd: Bool { position == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func number(_ width: Int, _ range: ClosedRange<Int>) -> Int? {
    guard position + width <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + width] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    position += width
    return range.contains(value) ? value : nil
  }

  /// Days since 1970 of `yyyy-mm-dd`.
  mutating func date() -> Int? {
    guard let year = number(4, 1970...9999), take("-"), let month = number(2, 1...12), take("-"),
      let day = number(2, 1...31)
    else { return nil }
    let found = days(fromYear: year, month: month, day: day)
    return civil(fromDays: found) == (year, month, day) ? found : nil
  }

  /// Milliseconds of an optional `.fff…`.
  mutating func fraction() -> Int? {
    guard take(".") else { return 0 }
    var value = 0
    var digits = 0
    while let digit = number(1, 0...9) {
      digits += 1
      if digits <= 3 { value = value * 10 + digit } else if digit != 0 || digits > 9 { return nil }
    }
    guard digits > 0 else { return nil }
    for _ in 0..<max(0, 3 - digits) { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  mutating func zone() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(2, 0...23), take(":"), let minutes = number(2, 0...59) else {
      return nil
    }
    return sign * (hours * 60 + minutes)
  }
}
