/// A file that several owners share, closed when the last of them lets go. Positioned reads on it may run
/// on several threads at a time.
public final class SharedFile: Sendable {
  public let file: File

  public init(_ file: consuming File) {
    self.file = file
  }

  public convenience init(
    _ layer: any FileLayer = SystemFiles.shared, path: String, mode: OpenMode = .read
  ) throws(FileError) {
    self.init(try File(layer, path: path, mode: mode))
  }

  public var path: String { file.path }

  /// See ``File/preadFully(into:at:)``.
  public func preadFully(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(FileError) -> Int {
    try file.preadFully(into: buffer, at: offset)
  }

  /// See ``File/readFully(at:count:)``.
  public func readFully(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
    try file.readFully(at: offset, count: count)
  }

  /// See ``File/size()``.
  public func size() throws(FileError) -> Int64 {
    try file.size()
  }
}
