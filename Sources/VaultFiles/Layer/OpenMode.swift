import Glibc

/// How a file is opened. Whatever the mode, the descriptor is not inherited by other programs
/// (`O_CLOEXEC`) and never becomes a controlling terminal (`O_NOCTTY`).
///
/// Modes combine: `[.append, .read]` can read back what it appended.
public struct OpenMode: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Reading.
  public static let read = OpenMode(rawValue: 1 << 0)
  /// Writing at the descriptor's own position.
  public static let write = OpenMode(rawValue: 1 << 1)
  /// Make the file if there is none.
  public static let create = OpenMode(rawValue: 1 << 2)
  /// With ``create``: fail with `EEXIST` if the name is taken, be it by a dangling link.
  public static let exclusive = OpenMode(rawValue: 1 << 3)
  /// Fail with `ELOOP` if the last component is a symbolic link.
  public static let noFollow = OpenMode(rawValue: 1 << 4)
  /// Do not wait for the other end of a pipe: a pipe planted in a vault must not hang its reader.
  public static let noWait = OpenMode(rawValue: 1 << 5)

  private static let directory = OpenMode(rawValue: 1 << 6)
  private static let atEnd = OpenMode(rawValue: 1 << 7)
  private static let nameless = OpenMode(rawValue: 1 << 8)

  /// A folder, to list or to sync it; anything else fails with `ENOTDIR`.
  public static let readDirectory: OpenMode = [.read, .directory]
  /// Reading and writing an existing file.
  public static let readWrite: OpenMode = [.read, .write]
  /// Writing at the end of an existing file, wherever other writers have moved it.
  public static let append: OpenMode = [.write, .atEnd]
  /// As ``append``; makes the file if there is none.
  public static let appendOrCreate: OpenMode = [.append, .create]
  /// As ``append``, to a file that must be new.
  public static let appendNew: OpenMode = [.append, .create, .exclusive]
  /// Reading and writing a file that must be new.
  public static let createNew: OpenMode = [.readWrite, .create, .exclusive]
  /// Reading and writing a new file without a name in the folder that is opened: it is gone when it is closed, unless
  /// ``FileLayer/name(_:_:)`` gave it one. File systems that have none of these fail with `EOPNOTSUPP` or `EISDIR`.
  public static let unnamed: OpenMode = [.readWrite, .nameless]
  /// Reading and writing a file, made if there is none; for lock files.
  public static let openOrCreate: OpenMode = [.readWrite, .create]

  /// Whether opening may make a file.
  public var mayCreate: Bool { contains(.create) }

  var appends: Bool { contains(.atEnd) }
  var wantsDirectory: Bool { contains(.directory) }

  /// `O_TMPFILE` is this and O_DIRECTORY.
  private static let temporary: Int32 = 0o20_000_000

  /// The flags for `open(2)`.
  var flags: Int32 {
    var flags = O_CLOEXEC | O_NOCTTY
    switch (contains(.read), contains(.write)) {
    case (_, false): flags |= O_RDONLY
    case (false, true): flags |= O_WRONLY
    case (true, true): flags |= O_RDWR
    }
    if contains(.create) { flags |= O_CREAT }
    if contains(.exclusive) { flags |= O_EXCL }
    if contains(.noFollow) { flags |= O_NOFOLLOW }
    if contains(.noWait) { flags |= O_NONBLOCK }
    if contains(.directory) { flags |= O_DIRECTORY }
    if contains(.atEnd) { flags |= O_APPEND }
    if contains(.nameless) { flags |= Self.temporary | O_DIRECTORY }
    return flags
  }
}
