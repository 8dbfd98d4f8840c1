import VaultFiles

/// A file for what is on its way, locked by this process and removed with the last reference to it.
public final class ScratchFile: Sendable {
  private let files: any FileLayer
  private let shared: SharedFile

  /// A new file in the folder `staging`.
  public init(_ files: any FileLayer, staging: String) throws {
    self.files = files
    shared = try StagingFolder(files, staging).makeFile()
  }

  deinit { try? files.unlink(shared.path) }

  public var path: String { shared.path }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try shared.file.writeAll(bytes) }
}
