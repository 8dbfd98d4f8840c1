import VaultSigning

/// A started program and the channel to it. The program's standard error is ours, so that what ssh has to say is seen.
/// A connection that is let go without `end()` kills its program.
public final class Connection {
  /// The client's side of the session.
  public let channel: Channel
  private var program: PipedProgram

  /// Starts the program with these variables and no others, and reads the remote's preface.
  ///
  /// Throws `TransportError` where the program cannot be started, or ends or is silent before the remote spoke; else
  /// what `Channel.open` throws.
  public init(
    _ command: PeerCommand, environment: [String: String], timing: Timing = Timing()
  ) throws {
    do {
      program = try PipedProgram(
        command.program, arguments: command.arguments, environment: environment)
    } catch {
      throw TransportError(.notStarted, error.reason)
    }
    channel = try Channel(
      reading: program.reading, writing: program.writing, side: .client, timing: timing)
    do {
      try channel.open()
    } catch let error as ChannelError {
      throw failure(of: command, error)
    }
  }

  /// The descriptors are closed after this, so nothing may be sent any more.
  deinit { channel.close() }

  /// Closes the program's standard input and waits so many milliseconds for its end. Throws `notStarted` where it
  /// does not end; it is killed when the connection is let go.
  @discardableResult
  public func end(milliseconds: Int = 10_000) throws(TransportError) -> ProcessResult.Ending {
    channel.close()
    program.closeInput()
    do {
      return try program.wait(milliseconds: milliseconds)
    } catch {
      throw TransportError(.notStarted, error.reason)
    }
  }

  /// What to tell of a session that never began.
  private func failure(of command: PeerCommand, _ error: ChannelError) -> TransportError {
    let place = "could not connect to \(command.place)"
    guard error.code != .silent && error.code != .idle, let ending = try? end(milliseconds: 5000) else {
      return TransportError(.notConnected, "\(place): \(error.reason)")
    }
    switch ending {
    case .exited(255) where command.isSSH:
      return TransportError(.notConnected, "\(place): ssh ended with exit status 255")
    case .exited(127) where command.isSSH:
      return TransportError(
        .notConnected, "\(place): ssh ended with exit status 127",
        hint: "the remote has no command vault in its search path")
    case .exited(let status):
      return TransportError(.notConnected, "\(place): exit status \(status); \(error.reason)")
    case .signalled(let signal):
      return TransportError(.notConnected, "\(place): ended by signal \(signal); \(error.reason)")
    }
  }
}
