import Testing
import VaultFiles

@testable import VaultFsck
@testable import VaultStore

/// A system that fails to read: the check ends in an error, and never in a verdict that it could not reach.
struct FailingCallTests {
  @Test(arguments: [1, 2]) func `no call can fail and leave the vault sound`(_ workers: Int) throws {
    let vault = try TestVault(Samples.small)
    let options = Fsck.Options(workers: workers)
    let counting = FaultingFiles(vault.files)
    _ = try Fsck.run(counting, root: TestVault.root, options)
    for number in counting.calls.indices {
      let files = FaultingFiles(vault.files, faults: [Fault(at: number, counting: .all, .fail(errno: 5))])
      do {
        let outcome = try Fsck.run(files, root: TestVault.root, options)
        // The calls before anything is read find out how long the progress bar is.
        let read = files.calls.prefix(number).contains { $0.operation == "read" && $0.path.hasSuffix(".log") }
        #expect(!outcome.sound || !read, "\(files.calls[number])")
      } catch is FileError {}
    }
  }

  @Test func `short reads change nothing`() throws {
    let vault = try TestVault(Samples.small)
    let files = FaultingFiles(vault.files, largestTransfer: 7)
    #expect(try Fsck.run(files, root: TestVault.root).sound)
  }
}
