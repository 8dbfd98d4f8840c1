import Testing

@testable import VaultSigning

@Suite struct WireTests {
  @Test func `base64 has one spelling for each byte string`() {
    var bytes: [UInt8] = []
    for count in 0..<70 {
      let text = Base64.encode(bytes)
      #expect(Base64.decode(text) == bytes)
      #expect(text.count == (count + 2) / 3 * 4)
      #expect(Base64.encode(bytes, padding: false) == text.filter { $0 != "=" })
      bytes.append(UInt8(truncatingIfNeeded: count &* 97 &+ 251))
    }
    #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy")
    #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm8", "Zm9=", "Zm9v=", "Zm9vZg", " Zg==", "Zg==\n", "Zg==Zg==",
    "Z===", "====", "=Zg=", "Zm-_", "Zm9\u{e9}", "Zm\r\n9v",
  ])
  func `other spellings of base64 are refused`(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func `numbers have one encoding (RFC 4251 section 5)`() throws {
    // magnitude, mpint: two of the RFC's own examples
    let sound: [([UInt8], [UInt8])] = [
      ([0x09, 0xa3, 0x78], [0, 0, 0, 3, 0x09, 0xa3, 0x78]), ([0x80], [0, 0, 0, 2, 0, 0x80]),
      ([1], [0, 0, 0, 1, 1]),
    ]
    for (magnitude, encoded) in sound {
      var writer = SSHWire.Writer()
      writer.mpint([0, 0] + magnitude)
      #expect(writer.bytes == encoded)
      #expect(try number(encoded) == magnitude)
    }
    let wrong: [[UInt8]] = [
      [0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0x80], [0, 0, 0, 2, 0, 0x7f], [0, 0, 0, 3, 0, 0, 0x80],
      [0, 0, 0, 5, 1, 2, 3, 4, 5], [0, 0, 0, 9, 1], [0xff, 0xff, 0xff, 0xff, 1], [0, 0, 0],
    ]
    for bytes in wrong { expectRefusal(.malformed) { try number(bytes) } }
    var zero = SSHWire.Writer()
    zero.mpint([0, 0])
    #expect(zero.bytes == [0, 0, 0, 0])
  }

  @Test func `a length is held against what is left and against the limit`() throws {
    let wrong: [[UInt8]] = [
      [], [0], [0, 0, 0, 1], [0, 0, 0, 4, 1, 2, 3], [0x80, 0, 0, 0], [0, 0, 0, 9, 1],
    ]
    for bytes in wrong {
      expectRefusal(.malformed) {
        try bytes.withBytes { (view) throws(SigningError) in
          var reader = SSHWire.Reader(view)
          return try reader.string(atMost: 8).count
        }
      }
    }
  }

  @Test func `names that would change an allowed-signers file are refused`() throws {
    let key = try MadeKey.of(.ed25519).publicKey()
    let line = try AllowedSigners.line(principal: "bot@ci", key: key, namespaces: ["a@b", "c@d"])
    #expect(line == "bot@ci namespaces=\"a@b,c@d\" \(key.openSSHLine)\n")
    for wrong in ["", " ", "a b", "a\"", "a\n", "a\t", "#a", "*", "a?", "!a", "a,b", "a\\", "é", "a\u{7f}"] {
      expectRefusal(.invalidPrincipal) {
        try AllowedSigners.line(principal: wrong, key: key, namespaces: ["a@b"])
      }
      expectRefusal(.invalidNamespace) {
        try AllowedSigners.line(principal: "a", key: key, namespaces: ["a@b", wrong])
      }
    }
    expectRefusal(.invalidNamespace) { try AllowedSigners.line(principal: "a", key: key, namespaces: []) }
  }

  private func number(_ bytes: [UInt8]) throws -> [UInt8] {
    try bytes.withBytes { (view) throws(SigningError) in
      var reader = SSHWire.Reader(view)
      let number = Array(try reader.positiveMPInt(atMost: 4))
      try reader.finish()
      return number
    }
  }
}
