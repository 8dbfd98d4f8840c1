import VaultCore

extension Refusal: Message {
  public static let documentType = "refused"

  public init(members m: inout Members) throws(FormatError) {
    guard let code = Code(rawValue: try m.text("code", limit: 64)) else { throw m.bad("code", "is unknown") }
    let reason = try m.text("reason")
    let hint = try m.optionalText("hint")
    var tip: Tip?
    if let value = try m.optional("tip") { tip = try Tip(value) }
    self.init(code, reason, hint: hint, tip: tip)
  }

  /// Texts of people have no limit elsewhere: they are cut to what the message may carry.
  public var documentMembers: [(String, CanonicalValue?)] {
    [
      ("code", .string(code.rawValue)), ("hint", hint.flatMap { $0.isEmpty ? nil : .string(cut($0)) }),
      ("reason", .string(reason.isEmpty ? code.rawValue : cut(reason))), ("tip", tip?.value),
    ]
  }
}

/// As many whole characters of `text` as a text member holds.
private func cut(_ text: String) -> String {
  var bytes = 0
  return String(
    text.prefix {
      bytes += $0.utf8.count
      return bytes <= Limits.textBytes
    })
}
