/// What the system says of a file: the part of `stat(2)` that the vault uses.
public struct FileStatus: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case regular, directory, symlink
    /// A device, a pipe or a socket.
    case other
  }

  public let kind: Kind
  /// Length in bytes.
  public let size: Int64
  public let device: UInt64
  public let inode: UInt64
  public let mtimeSeconds: Int64
  public let mtimeNanoseconds: Int64
  public let ctimeSeconds: Int64
  public let ctimeNanoseconds: Int64
  /// The permission bits, without the kind.
  public let mode: UInt32
  /// How many names the file has.
  public let links: UInt64

  public init(
    kind: Kind, size: Int64, device: UInt64, inode: UInt64, mtimeSeconds: Int64, mtimeNanoseconds: Int64,
    ctimeSeconds: Int64, ctimeNanoseconds: Int64, mode: UInt32, links: UInt64
  ) {
    self.kind = kind
    self.size = size
    self.device = device
    self.inode = inode
    self.mtimeSeconds = mtimeSeconds
    self.mtimeNanoseconds = mtimeNanoseconds
    self.ctimeSeconds = ctimeSeconds
    self.ctimeNanoseconds = ctimeNanoseconds
    self.mode = mode
    self.links = links
  }
}
