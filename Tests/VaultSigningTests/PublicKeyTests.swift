import Testing

@testable import VaultSigning

@Suite struct PublicKeyTests {
  @Test(arguments: KeyKind.allCases)
  func `a public key cut, lengthened or changed anywhere is refused or another key`(kind: KeyKind) throws {
    let blob = try MadeKey.of(kind).publicKey().blob
    for index in blob.indices {
      expectRefusal { try SSHPublicKey(blob: Array(blob.prefix(index))) }
      var damaged = blob
      damaged[index] ^= UInt8(1 << (index % 8))
      if let read = try? SSHPublicKey(blob: damaged) { #expect(read.blob == damaged) }
    }
    expectRefusal(.trailingBytes) { try SSHPublicKey(blob: blob + [0]) }
  }

  @Test func `ed25519 points that are off the curve or of small order are refused`() throws {
    var refused = 0
    for y in UInt8(0)..<100 {
      for sign in [UInt8(0), 0x80] {
        let point = [y] + [UInt8](repeating: 0, count: 30) + [sign]
        if (try? key(ed25519: point)) == nil { refused += 1 }
      }
    }
    // half of all numbers are not the y of a point
    #expect((60...140).contains(refused))
    let small = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    for hex in small {
      var point = bytes(hex)
      for sign in [UInt8(0), 0x80] {
        point[31] = (point[31] & 0x7f) | sign
        expectRefusal(.invalidKey) { try key(ed25519: point) }
      }
    }
  }

  @Test(arguments: [KeyKind.p256, .p384])
  func `an ECDSA point that is off the curve is refused`(kind: KeyKind) throws {
    var blob = try MadeKey.of(kind).publicKey().blob
    blob[blob.count - 1] ^= 1
    expectRefusal(.invalidKey) { try SSHPublicKey(blob: blob) }
  }

  @Test func `an ECDSA key in the compressed form or on another curve is refused`() throws {
    let blob = try MadeKey.of(.p256).publicKey().blob
    let point = Array(blob.suffix(65))
    for (curve, bytes) in [
      ("nistp256", [2] + point[1...32]), ("nistp256", [0]), ("nistp384", point), ("nistp256", point + [0]),
    ] {
      var writer = SSHWire.Writer()
      writer.string("ecdsa-sha2-nistp256")
      writer.string(curve)
      writer.string(bytes)
      expectRefusal(.malformed, .invalidKey) { try SSHPublicKey(blob: writer.bytes) }
    }
  }

  @Test func `RSA numbers that are weak, even, negative or padded are refused`() throws {
    let modulus = [UInt8](repeating: 0xff, count: 384)
    _ = try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [0] + modulus))
    expectRefusal(.weakKey) { try SSHPublicKey(blob: rsa(e: [3], n: [0] + modulus)) }
    expectRefusal(.weakKey) { try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [0x7f] + modulus.dropFirst())) }
    expectRefusal(.invalidKey) { try SSHPublicKey(blob: rsa(e: [1, 0, 2], n: [0] + modulus)) }
    expectRefusal(.invalidKey) {
      try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [0] + modulus.dropLast() + [0xfe]))
    }
    expectRefusal(.invalidKey) {
      try SSHPublicKey(blob: rsa(e: [UInt8](repeating: 1, count: 9), n: [0] + modulus))
    }
    expectRefusal(.malformed) { try SSHPublicKey(blob: rsa(e: [0, 1, 0, 1], n: [0] + modulus)) }
    expectRefusal(.malformed) { try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [0, 0] + modulus)) }
    expectRefusal(.malformed) { try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: modulus)) }
    expectRefusal(.malformed) { try SSHPublicKey(blob: rsa(e: [], n: [0] + modulus)) }
    let long = [UInt8](repeating: 0xff, count: 2048)
    _ = try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [0] + long))
    expectRefusal(.malformed) { try SSHPublicKey(blob: rsa(e: [1, 0, 1], n: [1] + long)) }
  }

  @Test func `lines that are not a type, base64 and a comment are refused`() throws {
    let line = try MadeKey.of(.ed25519).publicKey().openSSHLine
    let base64 = line.split(separator: " ")[1]
    for good in [line, line + "\n", line + " ", line + " two words, é"] {
      #expect(try SSHPublicKey(openSSHLine: good).openSSHLine == line)
    }
    for wrong in [
      "", " ", "\n", "ssh-ed25519", " " + line, line + "\n\n", line + "\r\n", line + "=", line + " a\tb",
      "ssh-ed25519  \(base64)", "ssh-rsa \(base64)", "ssh-ed25519 \(base64.dropLast())",
      "ssh-ed25519 \(base64.dropLast(4))", "ssh-ed25519 ",
    ] {
      expectRefusal(.malformed, .unsupportedAlgorithm) { try SSHPublicKey(openSSHLine: wrong) }
    }
    expectRefusal(.unsupportedAlgorithm) { try SSHPublicKey(openSSHLine: "restrict \(line)") }
    expectRefusal(.unsupportedAlgorithm) { try SSHPublicKey(openSSHLine: "ssh-dss \(base64)") }
  }

  private func key(ed25519 point: [UInt8]) throws -> SSHPublicKey {
    var writer = SSHWire.Writer()
    writer.string("ssh-ed25519")
    writer.string(point)
    return try SSHPublicKey(blob: writer.bytes)
  }

  private func rsa(e: [UInt8], n: some Collection<UInt8>) -> [UInt8] {
    var writer = SSHWire.Writer()
    writer.string("ssh-rsa")
    writer.string(e)
    writer.string(n)
    return writer.bytes
  }

  private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
  }
}
