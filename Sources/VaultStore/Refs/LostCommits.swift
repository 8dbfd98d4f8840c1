import VaultCore
import VaultFiles

/// Looks for the history of a ref whose lines are gone, before it is begun anew.
enum LostCommits {
  /// Throws where the packs of a ref without lines hold a commit that had others before it. The first commit of a
  /// ref proves nothing: whoever made it may have died before the line was written. In a remote's vault a run of
  /// commits may have been broken off so, and the log says what was accepted.
  static func check(_ index: RefIndex) throws {
    let later = try laterCommits(index)
    guard !later.isEmpty, try LoggedCommits.among(later, index.vault)?.isEmpty != true else { return }
    throw StoreError(
      .damaged, "\(index.ref) had commits, and the file that lists them is empty or gone",
      hint: "'vault fsck' tells more; restore \(index.vault.refFile(index.ref)) from a copy of the vault")
  }

  /// The commits of the ref behind its first that lie in its packs.
  private static func laterCommits(_ index: RefIndex) throws -> Set<ObjectID> {
    var found: Set<ObjectID> = []
    let folder = index.folder
    let coder = BlockCoder()
    for number in try folder.files.list(folder.path).compactMap(PackFolder.number) {
      let file = try folder.file(number)
      var scanner = BlockScanner(file, from: 0, to: UInt64(try file.size()))
      while let block = try scanner.next() {
        for document in block.documents(coder) {
          guard document.starts(with: "{\"added\":".utf8), let commit = try? Commit(decoding: document),
            commit.vault == index.vault.id, commit.ref == index.ref, commit.sequence > 1
          else { continue }
          found.insert(ObjectID(of: document))
        }
      }
    }
    return found
  }
}
