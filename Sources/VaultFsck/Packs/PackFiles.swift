import VaultCore
import VaultFiles
import VaultStore

/// The files that the packs of a check lie in: the packfiles of a folder, and files with one pack each.
struct PackFiles: Sendable {
  let folder: PackFolder
  /// The files with one pack each, which claims number from `firstSingle` on.
  var single: [SharedFile] = []

  /// Above the number of any packfile.
  static let firstSingle: Int32 = 1_000_000

  func file(_ claim: PackClaim) throws(FileError) -> SharedFile {
    claim.file < Self.firstSingle
      ? try folder.file(Int(claim.file)) : single[Int(claim.file - Self.firstSingle)]
  }
}

/// Packs that are about to be added to an area, each in a file of its own.
struct IncomingPacks {
  let area: Area
  let files: PackFiles
  let claims: [PackClaim]

  /// `line` is the entry of the ref's table whose line will name the packs.
  init(_ packs: [Addition.Pack], to area: Area, _ folder: PackFolder, line: Int) {
    var area = area
    area.incoming = packs.map(\.id)
    self.area = area
    files = PackFiles(folder: folder, single: packs.map(\.file))
    claims = packs.enumerated().map { number, pack in
      let place = RefLine.PackLocation(
        pack: pack.id, file: Int(PackFiles.firstSingle) + number, offset: 0, length: pack.length)
      return PackClaim(place, line: line, ref: 0, isResidue: false)
    }
  }
}
