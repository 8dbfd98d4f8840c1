import CLinux
import VaultSigning

/// In which order ssh offers ciphers where much is to be moved. OpenSSH's own order has ChaCha20-Poly1305 first, which
/// takes a processor with instructions for AES several times what AES-GCM does; both are ciphers that OpenSSH offers by
/// default.
public enum CipherOrder {
  /// Whether this processor has instructions for AES-GCM.
  public static var isQuickHere: Bool { vault_has_aes_gcm() != 0 }

  /// What ssh is to offer instead of `configured`, the ciphers that it would: AES-GCM first, and no other cipher. Nil
  /// where the user or the site has said something of ciphers, so that the list is not `builtIn`, or where it has
  /// no AES-GCM.
  static func preferred(configured: [Substring], builtIn: [Substring]) -> [Substring]? {
    let quick = configured.filter { $0.hasPrefix("aes") && $0.hasSuffix("-gcm@openssh.com") }
    guard configured == builtIn, !quick.isEmpty else { return nil }
    return quick + configured.filter { !quick.contains($0) }
  }

  /// The ciphers in what `ssh -G` prints.
  static func ciphers(in output: some StringProtocol) -> [Substring]? {
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "ciphers" { return Substring(words[1]).split(separator: ",") }
    }
    return nil
  }
}

extension PeerCommand {
  /// The same command, with AES-GCM before other ciphers where that is quick here and ssh's configuration leaves the
  /// ciphers to ssh. Where ssh does not tell, nothing changes.
  public func preferringQuickCiphers(
    _ runner: any ProcessRunner, isQuick: Bool = CipherOrder.isQuickHere
  ) -> PeerCommand {
    guard isSSH, isQuick, let configured = ciphers(runner, []),
      let builtIn = ciphers(runner, ["-F", "none"]),
      let order = CipherOrder.preferred(configured: configured, builtIn: builtIn)
    else { return self }
    return PeerCommand(
      program: program, arguments: ["-o", "Ciphers=" + order.joined(separator: ",")] + arguments, path: path,
      place: place, isSSH: true)
  }

  /// The ciphers that ssh would offer; `-G` makes it print its configuration and connect to nothing.
  private func ciphers(_ runner: any ProcessRunner, _ options: [String]) -> [Substring]? {
    var request = ProcessRequest(program: program, arguments: options + ["-G"] + arguments, input: [])
    request.timeout = 5000
    guard let result = try? runner.run(request), result.ending == .exited(0) else { return nil }
    return CipherOrder.ciphers(in: String(decoding: result.output, as: UTF8.self))
  }
}
