import VaultCore
import VaultFiles

/// Finds whole blocks in a region of a packfile without a footer's help, by their headers' magic and CRC.
package struct BlockScanner {
  package struct Found {
    package let offset: UInt64
    package let header: BlockHeader
    /// Header, descriptor and payload.
    package let bytes: [UInt8]
    /// Whether bytes before it hold no block.
    package let afterGap: Bool
  }

  private let file: SharedFile
  private let end: UInt64
  private var at: UInt64
  private var skipped = false
  /// Bytes that may still be read: forged headers must not make a scan endless.
  private var budget: UInt64

  package init(_ file: SharedFile, from start: UInt64, to end: UInt64) {
    self.file = file
    self.end = end
    at = start
    budget = 8 * (end - start) + (64 << 20)
  }

  /// The next block; nil where there is none up to the region's end.
  package mutating func next() throws(FileError) -> Found? {
    while at + UInt64(BlockHeader.byteCount) <= end, budget > 0 {
      if let (header, bytes) = try block() {
        defer {
          at += UInt64(bytes.count)
          skipped = false
        }
        return Found(offset: at, header: header, bytes: bytes, afterGap: skipped)
      }
      skipped = true
      at += 1
      guard try search() else { return nil }
    }
    return nil
  }

  /// The block at `at`, if a whole one stands there.
  private mutating func block() throws(FileError) -> (BlockHeader, [UInt8])? {
    let guess = try file.readFully(at: Int64(at), count: Int(min(4096, end - at)))
    spend(guess.count)
    let header = try? guess.withBytes { raw throws(FormatError) in try BlockHeader(decoding: raw) }
    guard let header, at + UInt64(header.totalLength) <= end else { return nil }
    let bytes: [UInt8]
    if header.totalLength <= guess.count {
      bytes = Array(guess[..<header.totalLength])
    } else {
      bytes = try file.readFully(at: Int64(at), count: header.totalLength)
      spend(bytes.count)
    }
    guard bytes.count == header.totalLength, bytes.withUnsafeBytes({ BlockCheck.crcMatches(header, $0) })
    else {
      return nil
    }
    return (header, bytes)
  }

  /// Moves to the next place with a block's magic.
  private mutating func search() throws(FileError) -> Bool {
    let magic = BlockHeader.magic
    while at + UInt64(magic.count) <= end, budget > 0 {
      let window = try file.readFully(at: Int64(at), count: Int(min(64 << 10, end - at)))
      spend(window.count)
      guard window.count >= magic.count else { return false }
      for index in 0...(window.count - magic.count)
      where window[index] == magic[0] && window[index..<index + magic.count].elementsEqual(magic) {
        at += UInt64(index)
        return true
      }
      at += UInt64(window.count - magic.count + 1)
    }
    return false
  }

  private mutating func spend(_ bytes: Int) { budget -= min(budget, UInt64(bytes)) }
}

extension BlockScanner.Found {
  /// The lengths of the block's parts; nil where its descriptor is malformed.
  package var descriptor: BlockDescriptor? {
    bytes.withUnsafeBytes { try? BlockCheck.split(header, $0).0 }
  }

  /// The block's decoded bytes; nil where they cannot be decoded. `prefix` is what a delta refers back to.
  package func decoded(_ coder: BlockCoder, prefix: UnsafeRawBufferPointer? = nil) -> [UInt8]? {
    if header.flags.contains(.delta), prefix == nil { return nil }
    var isWhole = false
    let raw = [UInt8](unsafeUninitializedCapacity: header.rawLength) { buffer, count in
      let out = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[..<header.rawLength]))
      isWhole = bytes.withUnsafeBytes { all in
        let payload = all[(BlockHeader.byteCount + header.descriptorLength)...]
        return
          (try? coder.decode(
            header, payload: UnsafeRawBufferPointer(rebasing: payload), prefix: prefix, into: out))
          != nil
      }
      count = isWhole ? header.rawLength : 0
    }
    return isWhole ? raw : nil
  }

  /// The block's objects where they are vault documents for their size; none where it cannot be decoded.
  package func documents(_ coder: BlockCoder) -> [[UInt8]] {
    guard header.rawLength <= 2 * Limits.documentBytes, let descriptor, let bytes = decoded(coder) else {
      return []
    }
    var at = 0
    return descriptor.parts.map { part in
      defer { at += part }
      return Array(bytes[at..<at + part])
    }
  }
}
