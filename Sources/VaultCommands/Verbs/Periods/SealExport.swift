import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

/// Writes a period's seal as files that sha256sum and ssh-keygen verify.
struct SealExport {
  private let seal: VerifiedSeal
  private let period: String

  init(_ vault: OpenVault, _ period: String) throws {
    self.period = period
    guard let seal = try VerifiedSeal(vault, try vault.period(period)) else {
      throw CommandError(.refused, "nobody has sealed \(period)", hint: "'vault period seal \(period)' does")
    }
    self.seal = seal
  }

  func write(
    _ folder: String, _ context: Context, _ global: GlobalOptions, _ out: Output
  ) throws -> ExitCode {
    var contents: [(String, [UInt8])] = [
      ("seal.json", seal.bytes), ("verify.sh", Array(script.utf8)),
    ]
    var signers = ""
    for (number, one) in seal.signatures.enumerated() {
      contents.append(("signature-\(number + 1).sig", Array(one.signature.armored.utf8)))
      signers += try AllowedSigners.line(
        principal: one.name, key: one.signature.publicKey, namespaces: [Seal.signatureNamespace])
    }
    contents.append(("allowed_signers", Array(signers.utf8)))
    let files = ExportFolder(context.absolute(folder), context.files, option: "--export")
    for (name, bytes) in contents { try files.write(name, bytes) }
    if !global.quiet {
      out.line(
        "exported the seal of \(period), \(seal.signatures.count) of \(counted(seal.approvers, "approver")) signed, to \(printable(folder)); "
          + "run 'sh \(printable(folder))/verify.sh'")
    }
    return seal.isComplete ? .done : .findings
  }

  private var script: String {
    let checks = seal.signatures.enumerated().map { "check \($0.offset + 1) '\($0.element.name)'" }
    return """
      #!/bin/sh
      # Proves the seal of one period of an evidence vault with sha256sum and ssh-keygen, and nothing else.
      cd "$(CDPATH= cd "${0%/*}" 2>/dev/null && pwd || pwd)" || exit 1
      seal=\(seal.document.hex)
      approvers=\(seal.approvers)
      signed=0
      fail() { printf 'NOT PROVED: %s\\n' "$1" >&2; exit 1; }
      check() {
        ssh-keygen -Y verify -f allowed_signers -I "$2" -n \(Seal.signatureNamespace) -s "signature-$1.sig" \\
          < seal.json || fail "the signature of $2 does not verify"
        signed=$((signed + 1))
      }

      printf '%s  seal.json\\n' "$seal" | sha256sum -c --quiet - || fail 'seal.json is not the seal'
      printf 'proved: seal.json is the seal %s\\n' "$seal"
      \(checks.joined(separator: "\n"))
      [ "$signed" -ge "$approvers" ] || fail "$signed of $approvers approvers signed"
      printf 'proved: %s approvers signed it with the keys in allowed_signers; %s must\\n' "$signed" "$approvers"
      printf 'Compare the keys in allowed_signers with ones that you obtained elsewhere.\\n'

      """
  }
}
