import Testing
import VaultSigning

/// An `ssh-add` that ends and writes as it is told.
private struct Scripted: ProcessRunner {
  let ending: ProcessResult.Ending
  var output = ""
  var errors = ""

  func run(_ request: ProcessRequest) throws(SigningError) -> ProcessResult {
    #expect(request.program == "ssh-add" && request.arguments == ["-L"])
    return ProcessResult(ending: ending, output: Array(output.utf8), errorOutput: Array(errors.utf8))
  }
}

@Suite struct `The keys of an agent` {
  @Test func `are listed with their comments, also those that the vault does not accept`() throws {
    let line = try MadeKey.of(.ed25519).publicKey().openSSHLine
    let output = "\(line) ana at work\n\(line)\nssh-dss AAAAB3NzaC1kc3M= old\n\n"
    let held = try AgentKeys.list(Scripted(ending: .exited(0), output: output))
    #expect(held.map(\.type) == ["ssh-ed25519", "ssh-ed25519", "ssh-dss"])
    #expect(held.map(\.comment) == ["ana at work", "", "old"])
    #expect(try held[0].key.get().openSSHLine == line)
    expectRefusal(.unsupportedAlgorithm) { try held[2].key.get() }
  }

  @Test func `are none in an empty agent, and an error where none answers`() throws {
    #expect(try AgentKeys.list(Scripted(ending: .exited(1))).isEmpty)
    expectRefusal(.signerFailed) {
      try AgentKeys.list(Scripted(ending: .exited(2), errors: "no agent\n"))
    }
  }
}
