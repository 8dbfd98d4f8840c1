/// `verify.py`: what a sample's folder proves, checked by Python's standard library alone. It shares no code with the
/// vault, and follows docs/sampling.md, docs/format.md and docs/protocol.md.
enum VerifyProgram {
  static let name = "verify.py"

  static let text = [folder, signatures, receipt, sample].joined(separator: "\n\n\n") + "\n"
}
