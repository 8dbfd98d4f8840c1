import VaultFiles

/// A new folder for files that other programs verify.
enum ExportFolder {
  /// Writes files into `folder`. Throws `refused` where one of them is there already.
  static func write(_ contents: [(String, [UInt8])], to folder: String, _ context: Context) throws {
    let files = context.files
    try files.makeDirectories(folder, durable: false)
    for (name, bytes) in contents {
      let path = Paths.join(folder, name)
      do throws(FileError) {
        try files.writeNewFile(path, bytes, durable: false)
      } catch {
        guard error.errno == 17 else { throw error }
        throw CommandError(
          .refused, "\(printable(path)) is there already", hint: "choose a new folder for --export")
      }
    }
  }
}
