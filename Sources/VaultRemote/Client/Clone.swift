import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Makes a copy of a remote's vault with its trust; what else is wanted, ``Fetch`` brings.
public enum Clone {
  /// Makes the vault in `root`, whose trust is the remote's, verified from the id in `welcome` on; or opens the copy of
  /// the same vault that an earlier attempt left there.
  ///
  /// `scratch` is an empty folder of the caller's. Throws ``Refusal`` where the trust does not verify.
  public static func begin(
    _ channel: Channel, _ welcome: Welcome, _ files: any FileLayer, root: String, scratch: String
  ) throws -> OpenVault {
    if try files.exists(Paths.join(root, VaultFile.name)) {
      return try OpenVault(VaultFolder.open(files, root: root), pinned: welcome.vault)
    }
    let trust = try RemoteTrust(channel, vault: welcome.vault, files, folder: scratch)
    return try OpenVault(
      VaultFolder.create(files, root: root, copying: trust.documents) { _ in }, pinned: welcome.vault)
  }
}
