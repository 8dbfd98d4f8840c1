import VaultFiles

/// Test bytes: the same for the same seed.
enum Content {
  /// Bytes that no codec makes shorter.
  static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return [UInt8](unsafeUninitializedCapacity: count + 8) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for at in stride(from: 0, to: count, by: 8) {
        raw.storeBytes(of: random.next(), toByteOffset: at, as: UInt64.self)
      }
      filled = count
    }
  }

  /// Records as an export has them, `count` bytes in all.
  static func text(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var out: [UInt8] = []
    out.reserveCapacity(count + 100)
    let (id, actor, end) = (bytes("{\"id\":\""), bytes("\",\"actor\":\"user-"), bytes("\",\"ok\":true}\n"))
    let digits = bytes("0123456789abcdef")
    while out.count < count {
      var number = random.next()
      out += id
      for _ in 0..<12 {
        out.append(digits[Int(number & 15)])
        number >>= 4
      }
      out += actor
      out.append(digits[Int(number & 15)])
      out += end
    }
    out.removeLast(out.count - count)
    return out
  }

  /// `bytes` with `changes` places overwritten by short marks.
  static func edited(_ bytes: [UInt8], changes: Int, seed: UInt64) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var out = bytes
    for _ in 0..<changes {
      let at = Int(random.next() % UInt64(max(1, out.count)))
      out.replaceSubrange(at..<min(out.count, at + 4), with: Array(String(random.next() % 10_000).utf8))
    }
    return out
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
