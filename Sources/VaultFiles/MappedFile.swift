import Glibc

/// The bytes of a file, mapped for reading and unmapped once, when the last owner lets go. The file may be
/// closed before.
///
/// Only for files that never shrink (a vault's are immutable or grow at the end): reading a mapped page
/// that was cut off kills the process.
public final class MappedFile: Sendable {
  private let layer: any FileLayer

  /// The mapped bytes, valid only as long as this object: keep it alive around every use, or go through
  /// ``withBytes(_:)``.
  public nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  /// Maps what `file` holds now; what is appended later is not seen.
  public init(_ file: borrowing File) throws(FileError) {
    layer = file.layer
    let size = try file.size()
    do {
      bytes = try layer.map(file.descriptor, length: Int(size))
    } catch {
      throw error.of(file.path)
    }
  }

  public convenience init(_ layer: any FileLayer = SystemFiles.shared, path: String) throws(FileError) {
    try self.init(try File(layer, path: path, mode: .read))
  }

  deinit {
    layer.unmap(bytes)
  }

  /// How many bytes are mapped.
  public var count: Int { bytes.count }

  /// Calls `body` with the bytes, which are valid until it returns.
  public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes.bytes)
  }
}
