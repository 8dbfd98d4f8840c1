import VaultCore
import VaultFiles
import VaultStore

/// The files that the packs of a check lie in: the packfiles of a folder, and files with packs that are about to be added.
struct PackFiles: Sendable {
  let folder: PackFolder
  /// The files with packs to be added, which claims number from `firstSingle` on.
  var single: [SharedFile] = []

  /// Above the number of any packfile.
  static let firstSingle: Int32 = 1_000_000

  func file(_ claim: PackClaim) throws(FileError) -> SharedFile {
    claim.file < Self.firstSingle
      ? try folder.file(Int(claim.file)) : single[Int(claim.file - Self.firstSingle)]
  }
}

/// Packs that are about to be added to an area.
struct IncomingPacks {
  let area: Area
  let files: PackFiles
  let claims: [PackClaim]

  /// The packs of each addition; the entry `line` of the ref's table is the first one's, the next are the others'.
  init(_ additions: [Addition], to area: Area, _ folder: PackFolder, line: Int) {
    var single: [SharedFile] = []
    var names: [String] = []
    var claims: [PackClaim] = []
    for (number, addition) in additions.enumerated() {
      for pack in addition.packs {
        // Packs of one file stand one behind the other.
        if single.last !== pack.file {
          single.append(pack.file)
          names.append("pack \(pack.id.hex)")
        } else {
          names[names.count - 1] = "the packs"
        }
        let place = RefLine.PackLocation(
          pack: pack.id, file: Int(PackFiles.firstSingle) + single.count - 1, offset: pack.offset,
          length: pack.length)
        claims.append(PackClaim(place, line: line + number, ref: 0, isResidue: false))
      }
    }
    var area = area
    area.incoming = names
    self.area = area
    files = PackFiles(folder: folder, single: single)
    self.claims = claims
  }
}
