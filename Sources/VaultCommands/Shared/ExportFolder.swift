import VaultFiles

/// A folder of files for somebody else: none of them is written over one that is there.
struct ExportFolder {
  let path: String
  private let files: any FileLayer
  /// What the user named the folder with.
  private let option: String

  init(_ path: String, _ files: any FileLayer, option: String) {
    self.path = path
    self.files = files
    self.option = option
  }

  /// Writes a new file, whose name may stand in a folder below this one.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = Paths.join(path, name)
    try files.makeDirectories(Paths.parent(file), durable: false)
    do throws(FileError) {
      try files.writeNewFile(file, bytes, durable: false)
    } catch {
      guard error.errno == 17 else { throw error }
      throw CommandError(
        .refused, "\(printable(file)) is there already", hint: "choose a new folder for \(option)")
    }
  }
}
