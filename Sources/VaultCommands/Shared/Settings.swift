import VaultCore

/// Values that come from a flag, else from the environment, else from the vault's configuration.
enum Settings {
  /// The period that the flag, `VAULT_PERIOD` or the configuration names; `thenPath` where the verb takes a path as the
  /// argument behind it.
  static func period(
    _ flag: String?, _ global: GlobalOptions, _ context: Context, thenPath: Bool = false
  ) throws -> String {
    guard let name = try optionalPeriod(flag, global, context, thenPath: thenPath) else {
      throw CommandError(
        .usage, "the period is missing", hint: "name it, or set VAULT_PERIOD, or 'vault config period NAME'")
    }
    return name
  }

  /// The same; nil where none is named.
  static func optionalPeriod(
    _ flag: String?, _ global: GlobalOptions, _ context: Context, thenPath: Bool = false
  ) throws -> String? {
    let named =
      try flag ?? context.variable(Setting.period.variable) ?? global.configuration(context)[.period]
    return try named.map { try periodName($0, thenPath: thenPath) }
  }

  /// The name, if it is one of a period.
  static func periodName(_ name: String, thenPath: Bool = false) throws -> String {
    guard RefName.isPeriodName(name) else {
      throw CommandError(
        .usage, "\"\(printable(name))\" is no period name", hint: periodHint(name, thenPath: thenPath))
    }
    return name
  }

  private static func periodHint(_ text: String, thenPath: Bool) -> String {
    guard text.contains("/") || text.contains(":") else {
      return "lower-case letters, digits, '.' and '-', at most 64, beginning with a letter or digit"
    }
    let named = periodAndPath(text)
    if thenPath {
      return "name the period first, then what is in it: "
        + (named.map { "\($0.0) \($0.1)" } ?? "PERIOD PATH")
    }
    return "name the period alone, without what is in it" + (named.map { ": \($0.0)" } ?? "")
  }

  /// `PERIOD:PATH` as `cat` and `show` take it; nil where there is no period before a colon.
  static func periodAndPath(_ text: String) -> (String, String)? {
    guard let colon = text.firstIndex(of: ":"), case let period = String(text[..<colon]),
      RefName.isPeriodName(period)
    else {
      return nil
    }
    return (period, String(text[text.index(after: colon)...]))
  }

  /// Hexadecimal digits of an id, with or without `sha256:`; nil for other text.
  static func hexPrefix(_ text: String) -> String? {
    let digits = text.hasPrefix(ObjectID.prefix) ? String(text.dropFirst(ObjectID.prefix.count)) : text
    guard (4...64).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return digits
  }
}
