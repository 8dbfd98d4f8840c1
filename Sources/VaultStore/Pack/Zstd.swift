import CZstd
import Glibc
import VaultCore

/// zstd (RFC 8878) with contexts that are reused from block to block; one per thread.
final class Zstd {
  // Made when they are first needed: most readers never compress, and many only look an object up.
  private lazy var compressor: OpaquePointer = Self.made(ZSTD_createCCtx())
  private lazy var decompressor: OpaquePointer = Self.made(ZSTD_createDCtx())
  /// What a frame is decoded into to prove it.
  private let scratch = ByteBuffer()
  /// What is compressed into, of which a frame then takes what it is long.
  private let output = ByteBuffer()
  private var isUsed = (compressor: false, decompressor: false)

  private static func made(_ context: OpaquePointer?) -> OpaquePointer {
    guard let context else { preconditionFailure("out of memory") }
    return context
  }

  deinit {
    if isUsed.compressor { ZSTD_freeCCtx(compressor) }
    if isUsed.decompressor { ZSTD_freeDCtx(decompressor) }
  }

  /// One frame of `raw`, or nil where it would not be shorter than `raw`. `prefix` is what the frame may
  /// refer back to, and decoding needs the same bytes again. `records` says of how many records of one source `raw`
  /// consists, where it does.
  func compress(
    _ raw: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer?, level: Int32, records: Int = 0
  ) -> [UInt8]? {
    guard raw.count > 0 else { return nil }
    isUsed.compressor = true
    ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level)
    if let prefix {
      let reach = prefix.count + raw.count
      ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, Self.windowLog(reach))
      // Level 1's small table forgets a base; a larger one, or for a long base long-distance matching, does not.
      ZSTD_CCtx_setParameter(compressor, ZSTD_c_hashLog, 16)
      if prefix.count > Self.longPrefix {
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_enableLongDistanceMatching, 1)
      }
      ZSTD_CCtx_refPrefix(compressor, prefix.baseAddress, prefix.count)
    } else {
      // What machines write repeats in long matches; shorter ones, which are digits by chance, cost more than they save.
      // A table that fits the first cache finds them a fifth quicker than level 1's own, and audit records, exports and
      // dumps get smaller by 1 to 4 %. Where records are long, the like of one is further away.
      let isLong = records > 0 && raw.count / records > Self.shortRecord
      ZSTD_CCtx_setParameter(compressor, ZSTD_c_hashLog, isLong ? 13 : 12)
      ZSTD_CCtx_setParameter(compressor, ZSTD_c_minMatch, 7)
      // A sixth quicker on what is large or many, for 3 % more of audit records; where records are long, for too much.
      if records > 0 ? !isLong : raw.count > Self.large {
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_targetLength, records > 0 ? Self.recordStep : Self.step)
        ZSTD_CCtx_setParameter(compressor, Self.literalCompression, Int32(ZSTD_ps_enable.rawValue))
      }
    }
    return compressed(raw)
  }

  /// One frame of `raw`, or nil where it would not be shorter: a tenth smaller than by ``compress(_:prefix:level:records:)``
  /// and three times slower.
  func compressThoroughly(_ raw: UnsafeRawBufferPointer) -> [UInt8]? {
    guard raw.count > 0 else { return nil }
    isUsed.compressor = true
    ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters)
    let parameters = [
      (ZSTD_c_strategy, Int32(ZSTD_greedy.rawValue)), (ZSTD_c_hashLog, 16), (ZSTD_c_chainLog, 16),
      (ZSTD_c_searchLog, 5),
      (ZSTD_c_minMatch, 5), (ZSTD_c_targetLength, 16),
    ]
    for (parameter, value) in parameters { ZSTD_CCtx_setParameter(compressor, parameter, value) }
    return compressed(raw)
  }

  /// One frame of `raw` by the parameters that are set, or nil where it would not be shorter.
  private func compressed(_ raw: UnsafeRawBufferPointer) -> [UInt8]? {
    let room = output.room(raw.count)
    let result = ZSTD_compress2(compressor, room.baseAddress, room.count, raw.baseAddress, raw.count)
    guard ZSTD_isError(result) == 0, result < raw.count else { return nil }
    return Array(room[..<result])
  }

  private static let longPrefix = 1 << 20
  private static let shortRecord = 512
  /// How much further zstd goes where it found nothing.
  private static let step: Int32 = 2
  /// As ``step`` in records, whose members make long matches: 6 % quicker again, for 1 % more.
  private static let recordStep: Int32 = 3
  /// A block of a larger object is so long, and no other.
  private static let large = 512 << 10

  /// One frame of `raw` with these sequences, whose offsets reach into `prefix`; nil where it would not be shorter,
  /// or where it does not decode to `raw` again, which this proves.
  func compress(
    _ raw: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer, _ sequences: [ZSTD_Sequence], level: Int32
  ) -> [UInt8]? {
    isUsed.compressor = true
    ZSTD_CCtx_reset(compressor, ZSTD_reset_session_and_parameters)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, Self.windowLog(prefix.count + raw.count))
    // Nothing is searched, so the tables are as small as may be. From this strategy on zstd counts what each way of
    // writing the codes takes, and takes the shortest.
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_strategy, Int32(ZSTD_lazy2.rawValue))
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_hashLog, 6)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_chainLog, 6)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_searchLog, 1)
    ZSTD_CCtx_setParameter(
      compressor, Self.blockDelimiters, Int32(ZSTD_sf_explicitBlockDelimiters.rawValue))
    ZSTD_CCtx_setParameter(compressor, Self.searchForRepcodes, Int32(ZSTD_ps_enable.rawValue))
    // zstd 1.5 writes a frame's head without looking how much room there is.
    let room = output.room(max(raw.count, Self.smallestRoom))
    let result = ZSTD_compressSequences(
      compressor, room.baseAddress, room.count, sequences, sequences.count, raw.baseAddress, raw.count)
    guard ZSTD_isError(result) == 0, result < raw.count else { return nil }
    let frame = Array(room[..<result])
    return restores(raw, frame, prefix) ? frame : nil
  }

  private static let smallestRoom = 64
  // What zstd.h names by macros, which Swift does not see.
  private static let blockDelimiters = ZSTD_c_experimentalParam11
  private static let searchForRepcodes = ZSTD_c_experimentalParam19
  private static let literalCompression = ZSTD_c_experimentalParam5

  private static func windowLog(_ reach: Int) -> Int32 {
    Int32(max(10, Int.bitWidth - (reach - 1).leadingZeroBitCount))
  }

  private func restores(_ raw: UnsafeRawBufferPointer, _ frame: [UInt8], _ prefix: UnsafeRawBufferPointer)
    -> Bool
  {
    let decoded = scratch.room(raw.count)
    guard (try? frame.withBytes({ try decompress($0, prefix: prefix, into: decoded) })) != nil else {
      return false
    }
    return raw.isEmpty || memcmp(decoded.baseAddress!, raw.baseAddress!, raw.count) == 0
  }

  /// Decodes one frame into exactly `out`.
  func decompress(
    _ stored: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer?, into out: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    isUsed.decompressor = true
    // One frame and nothing else: a second or skippable one would hold bytes that no object's hash covers.
    guard ZSTD_findFrameCompressedSize(stored.baseAddress, stored.count) == stored.count,
      ZSTD_getDictID_fromFrame(stored.baseAddress, stored.count) == 0
    else { throw FormatError(.malformed, "a block's payload is not one zstd frame without a dictionary") }
    ZSTD_DCtx_reset(decompressor, ZSTD_reset_session_only)
    if let prefix { ZSTD_DCtx_refPrefix(decompressor, prefix.baseAddress, prefix.count) }
    let result = ZSTD_decompressDCtx(
      decompressor, out.baseAddress, out.count, stored.baseAddress, stored.count)
    guard ZSTD_isError(result) == 0 else {
      throw FormatError(.malformed, "zstd: \(String(cString: ZSTD_getErrorName(result)))")
    }
    guard result == out.count else {
      throw FormatError(.malformed, "a block decodes to \(result) bytes, not \(out.count)")
    }
  }
}
