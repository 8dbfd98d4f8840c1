import Glibc
import Testing
import VaultFiles

/// A layer to run the conformance suite over.
enum Backing: CaseIterable, CustomTestStringConvertible {
  case system, memory, systemWithShortTransfers, memoryWithShortTransfers

  var testDescription: String { "\(self)" }

  func layer() -> any FileLayer {
    switch self {
    case .system: SystemFiles.shared
    case .memory: MemoryFiles()
    case .systemWithShortTransfers: FaultingFiles(SystemFiles.shared, largestTransfer: 3)
    case .memoryWithShortTransfers: FaultingFiles(MemoryFiles(), largestTransfer: 3)
    }
  }

  /// Runs `body` with a layer and an empty folder in it.
  func inFolder(_ body: (any FileLayer, String) throws -> Void) throws {
    let layer = layer()
    switch self {
    case .memory, .memoryWithShortTransfers:
      try layer.makeDirectory("/test", permissions: 0o777)
      try body(layer, "/test")
    case .system, .systemWithShortTransfers:
      try inTemporaryFolder { try body(layer, $0) }
    }
  }
}

/// Runs `body` with a new folder of the real file system, removed after it.
func inTemporaryFolder(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/vault-files-XXXXXX".utf8CString)
  try #require(mkdtemp(&template) != nil)
  let folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  defer { removeTree(folder) }
  try body(folder)
}

private func removeTree(_ path: String) {
  let files = SystemFiles.shared
  for name in (try? files.list(path)) ?? [] {
    let child = Paths.join(path, name)
    let kind = try? files.status(path: child, followLinks: false).kind
    if kind == .directory { removeTree(child) } else { try? files.unlink(child) }
  }
  try? files.removeDirectory(path)
}

/// The error number that `body` fails with; nil if it does not.
func failure(_ body: () throws(FileError) -> Void) -> Int32? {
  do throws(FileError) {
    try body()
    return nil
  } catch {
    return error.errno
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
