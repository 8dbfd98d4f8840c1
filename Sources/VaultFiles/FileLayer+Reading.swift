import Glibc

extension FileLayer {
  /// All bytes of a file; `EFBIG` if there are more than `limit`. Also reads pipes and files of `/proc`,
  /// whose size is not known before.
  public func readWholeFile(
    _ path: String, limit: Int, mode: OpenMode = .read
  ) throws(FileError) -> [UInt8] {
    let file = try File(self, path: path, mode: mode)
    let size = try file.size()
    let tooBig = FileError(operation: "read", path: path, errno: EFBIG)
    if size > limit { throw tooBig }
    // One byte more than expected, so that the common case sees the end in its second read.
    var bytes = [UInt8](repeating: 0, count: max(Int(size), 511) + 1)
    var count = 0
    while true {
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
      let got = try fill(&bytes, from: count, of: file)
      if got == 0 { break }
      count += got
      if count > limit { throw tooBig }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Whether there is something at `path`, be it a dangling link.
  public func exists(_ path: String) throws(FileError) -> Bool {
    do throws(FileError) {
      _ = try status(path: path, followLinks: false)
      return true
    } catch  where error.errno == ENOENT || error.errno == ENOTDIR {
      return false
    }
  }
}

private func fill(
  _ bytes: inout [UInt8], from start: Int, of file: borrowing File
) throws(FileError) -> Int {
  var bytes = bytes.mutableSpan
  return try bytes.withUnsafeMutableBytes { (buffer) throws(FileError) in
    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
  }
}
