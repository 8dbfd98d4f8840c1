import VaultCore
import VaultRemote
import VaultSigning

extension Door {
  /// Signatures, notes, checkpoints and proofs: what is taken is written as it was.
  static let notes = Door(name: "notes") { raw in
    let bytes = Array(raw)
    if let note = try? SignedNote(bytes) {
      require(note.encoded == bytes, "a signed note is written otherwise")
      _ = try? Checkpoint(text: note.text)
    }
    _ = try? Checkpoint(text: bytes)
    if let receipt = try? Receipt(tlogProof: bytes) {
      require(receipt.tlogProof == bytes, "a proof is written otherwise")
    }
    _ = try? SSHSignature(armored: bytes)
    _ = try? SSHSignature(blob: bytes)
    if let text = String(validating: bytes, as: UTF8.self) {
      _ = try? NoteVerifier(text)
      _ = try? SSHPublicKey(openSSHLine: text)
    }
  }
}
