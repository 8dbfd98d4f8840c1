import VaultCore

/// Where a remote is: at the end of ssh(1), or in a folder of this machine (docs/protocol.md, §2).
public enum RemoteURL: Hashable, Sendable {
  case ssh(SSHPlace)
  /// A path as the system takes it, relative ones included.
  case local(path: String)

  /// A vault behind ssh. Host and user are of characters that neither ssh nor a shell gives a meaning.
  public struct SSHPlace: Hashable, Sendable {
    /// Nil where ssh's own configuration is to say it.
    public let user: String?
    /// A name, an alias of ssh's configuration, or an address; one of IPv6 without brackets.
    public let host: String
    public let port: Int?
    /// The vault below the server's root: no leading slash, no empty, `.` or `..` segment.
    public let path: String
  }

  /// Reads `ssh://[USER@]HOST[:PORT]/PATH`, `[USER@]HOST:PATH` (a colon before the first slash), `file:///PATH` or a
  /// path. Of URLs, the path may be percent-encoded (RFC 3986 §2.1). Throws `badAddress`.
  public init(_ text: String) throws(TransportError) {
    guard !text.isEmpty, text.utf8.count <= Limits.textBytes else {
      throw Self.bad("an address has 1 to \(Limits.textBytes) bytes")
    }
    guard !text.unicodeScalars.contains(where: Self.isControl) else {
      throw Self.bad("an address holds a control character")
    }
    if let rest = text.after("ssh://") {
      self = .ssh(try SSHPlace(url: rest))
    } else if let rest = text.after("file://") {
      self = .local(path: try Self.filePath(rest))
    } else if text.contains("://") {
      throw Self.bad("only ssh:// and file:// lead to a remote")
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") || text.hasPrefix("[") {
      self = .ssh(try SSHPlace(short: text))
    } else {
      self = .local(path: text)
    }
  }

  private static func filePath(_ rest: Substring) throws(TransportError) -> String {
    let path = rest.after("localhost") ?? rest
    guard path.hasPrefix("/") else { throw bad("a file:// address has no host: file:///PATH") }
    return try decoded(path)
  }

  fileprivate static func bad(_ reason: String) -> TransportError { TransportError(.badAddress, reason) }

  fileprivate static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }

  /// A path without its percent-encoding.
  fileprivate static func decoded(_ text: Substring) throws(TransportError) -> String {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      guard let value = UInt8(hexDigits: rest.prefix(2)) else {
        throw bad("a % is not followed by two digits")
      }
      out.append(value)
      rest = rest.dropFirst(2)
    }
    guard let path = String(validating: out, as: UTF8.self), !path.unicodeScalars.contains(where: isControl)
    else { throw bad("an address's path is not plain text") }
    return path
  }
}

extension RemoteURL.SSHPlace {
  /// What stands behind `ssh://`.
  fileprivate init(url rest: Substring) throws(TransportError) {
    guard let slash = rest.firstIndex(of: "/") else { throw RemoteURL.bad("ssh://HOST/PATH has no path") }
    let (user, place) = rest[..<slash].user
    let (host, port) = try place.hostAndRest()
    var number: Int?
    if let port {
      number = Int(port)
      guard let number, (1...65_535).contains(number), String(number) == port else {
        throw RemoteURL.bad("a port is a number from 1 to 65535")
      }
    }
    try self.init(user: user, host: host, port: number, path: RemoteURL.decoded(rest[slash...]))
  }

  /// `[USER@]HOST:PATH`.
  fileprivate init(short text: String) throws(TransportError) {
    let (user, place) = Substring(text).user
    let (host, path) = try place.hostAndRest()
    try self.init(user: user, host: host, port: nil, path: String(path ?? ""))
  }

  private init(user: Substring?, host: Substring, port: Int?, path: String) throws(TransportError) {
    if let user { try Self.check(user, "user", besides: "._+@-") }
    let isAddress = host.contains(":")
    try Self.check(host, "host", besides: isAddress ? ":.%-_" : "._-")
    self.user = user.map { String($0) }
    self.host = String(host)
    self.port = port
    let segments = path.split(separator: "/").filter { $0 != "." }
    guard !segments.contains("..") else { throw RemoteURL.bad("a remote's path must not hold \"..\"") }
    self.path = segments.joined(separator: "/")
    guard !segments.isEmpty else { throw RemoteURL.bad("an address names no vault behind its host") }
    guard self.path.utf8.count <= WireLimits.pathBytes else {
      throw RemoteURL.bad("a remote's path is over \(WireLimits.pathBytes) bytes")
    }
  }

  /// Nothing that ssh would take for an option, and nothing that a shell would look at.
  private static func check(_ name: Substring, _ what: String, besides: String) throws(TransportError) {
    guard !name.isEmpty, name.utf8.count <= 255 else { throw RemoteURL.bad("a \(what) has 1 to 255 bytes") }
    guard name.first != "-" else { throw RemoteURL.bad("a \(what) must not begin with \"-\"") }
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) || besides.contains($0) }) else {
      throw RemoteURL.bad("a \(what) holds a character that is not accepted there")
    }
  }
}

extension StringProtocol where SubSequence == Substring {
  /// What follows `prefix`, or nil where the text does not begin with it.
  fileprivate func after(_ prefix: String) -> Substring? {
    hasPrefix(prefix) ? self[index(startIndex, offsetBy: prefix.count)...] : nil
  }
}

extension Substring {
  /// The user, where there is one, and what follows its `@`. A user may hold one itself; a host may not.
  fileprivate var user: (Substring?, Substring) {
    let end = firstIndex { $0 == "/" || $0 == ":" } ?? endIndex
    guard let at = self[..<end].lastIndex(of: "@") else { return (nil, self) }
    return (self[..<at], self[index(after: at)...])
  }

  /// The host, an IPv6 address without its brackets, and what follows the colon behind it, where there is one.
  fileprivate func hostAndRest() throws(TransportError) -> (Substring, Substring?) {
    if first == "[" {
      guard let end = firstIndex(of: "]") else {
        throw RemoteURL.bad("a bracket of an address is not closed")
      }
      let address = self[index(after: startIndex)..<end]
      let rest = self[index(after: end)...]
      guard address.contains(":"), rest.isEmpty || rest.first == ":" else {
        throw RemoteURL.bad("an address in brackets is not followed by a colon")
      }
      return (address, rest.isEmpty ? nil : rest.dropFirst())
    }
    guard let colon = firstIndex(of: ":") else { return (self, nil) }
    return (self[..<colon], self[index(after: colon)...])
  }
}

extension UInt8 {
  /// The byte that exactly two hexadecimal digits spell.
  fileprivate init?(hexDigits digits: ArraySlice<UInt8>) {
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 2, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      return nil
    }
    self.init(text, radix: 16)
  }
}
