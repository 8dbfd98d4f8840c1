import ArgumentParser
import VaultAudit
import VaultCore
import VaultFiles
import VaultSigning
import VaultStore

struct VerifyCommit: Verb {
  static let configuration = CommandConfiguration(
    commandName: "verify-commit", abstract: "Verify a commit, and export what ssh-keygen needs to do so.",
    discussion: """
      The export holds payload.json (the signed bytes), signature.sig, allowed_signers, lines.ndjson (the lines \
      that the commit adds) and verify.sh, which calls only ssh-keygen and sha256sum.

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "The commit's id, or an unambiguous prefix of it.")
  var id: String

  @Option(help: ArgumentHelp("Write the export to this new folder.", valueName: "dir"))
  var export: String?

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let vault = try global.open(context)
    let (reader, sequence) = try Lookup.commit(id, vault)
    let verified: VerifiedCommit
    do {
      verified = try VerifiedCommit(vault, reader, sequence: sequence)
    } catch let error as TrustError {
      throw CommandError(.findings, error.reason, hint: "run 'vault fsck'")
    }
    let lines = try reader.addedLines(sequence)
    let standing = Standing(vault, reader)
    let repudiation = try standing.repudiation(ofCommit: sequence)
    Notes.warn(standing.rejected)
    if let export { try write(verified, lines, to: context.absolute(export), context) }
    if global.json {
      out.json(
        Log.json(
          verified.id, verified.commit, author: verified.authorName, failure: nil, repudiation: repudiation))
    } else if !global.quiet {
      out.line("commit \(verified.id)")
      out.line("  \(verified.commit.ref), commit \(sequence), \(verified.commit.time)")
      out.line("  signed by \(verified.authorName)  \(verified.commit.signer)")
      out.line(
        "verified: the signature, the author's role in the period, and \(Self.lines(verified.commit.added)) it adds"
      )
      if let repudiation { out.line("  \(Rendering.text(repudiation)): its entries do not count") }
      if let export { out.line("exported to \(printable(export)); run 'sh \(printable(export))/verify.sh'") }
    }
    return .done
  }

  private static func lines(_ count: Int) -> String { count == 1 ? "the one line" : "the \(count) lines" }

  private func write(_ commit: VerifiedCommit, _ lines: [UInt8], to folder: String, _ context: Context) throws
  {
    guard let signature = commit.authorSignature else {
      throw CommandError(.findings, "the author's signature cannot be read", hint: "run 'vault fsck'")
    }
    let signers = try AllowedSigners.line(
      principal: commit.authorName, key: commit.author, namespaces: [Commit.signatureNamespace])
    let contents: [(String, [UInt8])] = [
      ("payload.json", commit.bytes), ("signature.sig", Array(signature.armored.utf8)),
      ("allowed_signers", Array(signers.utf8)), ("lines.ndjson", lines),
      ("verify.sh", Array(VerifyScript.text(commit).utf8)),
    ]
    try ExportFolder.write(contents, to: folder, context)
  }
}

/// The script that proves a commit with ssh-keygen and sha256sum alone.
enum VerifyScript {
  static func text(_ commit: VerifiedCommit) -> String {
    """
    #!/bin/sh
    # Proves one commit of an evidence vault with sha256sum and ssh-keygen, and nothing else.
    cd "$(CDPATH= cd "${0%/*}" 2>/dev/null && pwd || pwd)" || exit 1
    commit=\(commit.id.hex)
    lines=\(commit.commit.lines.hex)
    signer='\(commit.authorName)'
    fail() { printf 'NOT PROVED: %s\\n' "$1" >&2; exit 1; }

    printf '%s  payload.json\\n' "$commit" | sha256sum -c --quiet - || fail 'payload.json is not the commit'
    printf 'proved: payload.json is commit %s\\n' "$commit"

    ssh-keygen -Y verify -f allowed_signers -I "$signer" -n \(Commit.signatureNamespace) -s signature.sig \\
      < payload.json || fail 'the signature does not verify'
    printf 'proved: %s signed it with the key in allowed_signers\\n' "$signer"

    # The payload is one line without a line end, so read reports the end of the file; the text is there.
    IFS= read -r payload < payload.json
    case $payload in
      *'"lines":"sha256:'"$lines"'"'*) ;;
      *) fail 'the commit names other lines' ;;
    esac
    printf '%s  lines.ndjson\\n' "$lines" | sha256sum -c --quiet - || fail 'lines.ndjson is not what was signed'
    printf 'proved: lines.ndjson is exactly what the commit adds (\(counted(commit.commit.added, "line")))\\n'
    printf 'Each entry in lines.ndjson names its evidence by sha256: check a file with sha256sum.\\n'
    printf 'Compare the key in allowed_signers with one that you obtained elsewhere.\\n'

    """
  }
}
