/// Marks that a file system keeps of a file besides its permissions (`ioctl_fs(2)`, `chattr(1)`); bits that have no
/// name here are carried along as they are.
public struct InodeFlags: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// FS_IMMUTABLE_FL: nobody can write to the file, rename or remove it.
  public static let immutable = InodeFlags(rawValue: 0x10)
  /// FS_APPEND_FL: the file opens for writing with `O_APPEND` only, and nobody can cut, rename or remove it.
  public static let appendOnly = InodeFlags(rawValue: 0x20)
}
