import Foundation
import Testing
import VaultCore
import VaultFiles
import VaultRemote

@Suite struct SessionTests {
  private func timing(keepAlive: Int = 15_000, silence: Int = 60_000, preface: Int = 60_000) -> Timing {
    var timing = Timing()
    timing.keepAlive = keepAlive
    timing.silence = silence
    timing.preface = preface
    return timing
  }

  @Test func `both sides ask and answer`() throws {
    try Wire.session { channel in
      for (question, answer) in zip(Samples.questions, Samples.answers) {
        try channel.send(question.message)
        #expect(try channel.receiveAnswer() == answer)
      }
    } server: { channel in
      for (question, answer) in zip(Samples.questions, Samples.answers) {
        #expect(try channel.receiveQuestion() == question)
        try channel.send(answer.message)
      }
      #expect(try channel.receiveQuestion() == nil)
    }
  }

  @Test func `a peer that is silent is dead`() throws {
    let input = try Handle.pipe()
    input.writing.write(preface)
    let line = try Wire(
      input.reading, Handle(Foundation.open("/dev/null", O_WRONLY)), .client, timing(silence: 40))
    try line.channel.open()
    expectEnd(.silent) { _ = try line.channel.receiveAnswer() }
    input.writing.write([9, 0])
    expectEnd(.silent) { _ = try line.channel.receiveAnswer() }
  }

  @Test func `a peer that never begins is given up`() throws {
    let input = try Handle.pipe()
    for side in [Channel.Side.client, .server] {
      let line = try Wire(
        input.reading, Handle(Foundation.open("/dev/null", O_WRONLY)), side, timing(preface: 40))
      expectEnd(.silent) { try line.channel.open() }
    }
  }

  @Test func `a peer that takes nothing and says nothing is dead`() throws {
    let input = try Handle.pipe()
    let output = try Handle.pipe()
    input.writing.write(preface)
    let line = try Wire(input.reading, output.writing, .server, timing(silence: 40))
    try line.channel.open()
    let leaves = LeavesAnswer(leaves: Array(repeating: String(repeating: "x", count: 4000), count: 1000))
    expectEnd(.silent) { try line.channel.send(leaves) }
    expectEnd(.closed) { try line.channel.send(Bye()) }
  }

  @Test func `keep-alives keep a slow session alive`() throws {
    try Wire.session(timing(keepAlive: 20, silence: 500)) { channel in
      let answer = try channel.ask(LeavesQuestion(from: 0, limit: 1), for: DataAnswer.self)
      #expect(answer.length == 7)
      // At least the keep-alives that kept it from giving up.
      #expect(channel.bytesReceived > 18 + 34 + 8)
    } server: { channel in
      _ = try channel.receiveQuestion()
      // Its keep-alives are no question, however many come.
      expectEnd(.idle) { _ = try channel.receiveQuestion(within: 800) }
      try channel.send(DataAnswer(length: 7))
    }
  }

  @Test func `keep-alives in place of data do not hold a session for ever`() throws {
    try Wire.session(timing(keepAlive: 10)) { channel in
      expectEnd(.cut) { _ = try channel.receiveAnswer() }
    } server: { channel in
      expectEnd(.idle) { try channel.receiveData(5, within: 100) { _ in } }
    }
  }

  @Test func `a closed channel sends no keep-alives`() throws {
    let output = try Handle.memory()
    let line = try Wire(Handle.memory(preface), output, .server, timing(keepAlive: 1))
    try line.channel.open()
    line.channel.close()
    let sent = line.channel.bytesSent
    expectEnd(.closed) { try line.channel.send(Bye()) }
    expectEnd(.closed) { _ = try line.channel.receiveQuestion() }
    #expect(line.channel.bytesSent == sent)
    #expect(fcntl(output.number, F_GETFL) & O_NONBLOCK == 0)
  }

  @Test func `two sides that both send before they read do not wait for each other`() throws {
    let leaves = LeavesAnswer(leaves: Array(repeating: String(repeating: "x", count: 200), count: 1000))
    let file = try Scratch(bytes: 2 << 20)
    try Wire.session { channel in
      try channel.send(file.open(), from: 0, count: 2 << 20)
      #expect(try channel.receiveAnswer() == .leaves(leaves))
    } server: { channel in
      try channel.send(leaves)
      try channel.receiveData(2 << 20) { _ in }
    }
  }

  @Test func `64 MiB go through a pipe in pieces of at most one frame`() throws {
    let count: Int64 = 64 << 20
    let file = try Scratch(bytes: Int(count))
    let expected = try file.digest()
    try Wire.session { channel in
      var sent: Int64 = 0
      try channel.send(file.open(), from: 0, count: count) { sent += Int64($0) }
      #expect(sent == count)
      #expect(channel.bytesSent == 18 + count + 256 * 8)
      #expect(try channel.receive(DataAnswer.self).length == Int(count))
    } server: { channel in
      let hasher = SHA256Hasher()
      var largest = 0
      try channel.receiveData(count) { piece in
        largest = max(largest, piece.count)
        hasher.update(piece)
      }
      #expect(hasher.finish() == expected)
      #expect(largest <= 262_144)
      try channel.send(DataAnswer(length: Int(count)))
    }
  }

  @Test func `a reader that is gone is an error, and its last refusal is told`() throws {
    let refusal = Refusal(.limit, "too large")
    let answer = try Wire.said(.server) { try $0.send(refusal) }
    for (heard, side) in [(answer, Channel.Side.client), (preface, .client), (preface, .server)] {
      let input = try Handle.memory(heard)
      var output: (reading: Handle, writing: Handle)? = try Handle.pipe()
      let line = try Wire(input, output!.writing, side)
      try line.channel.open()
      output = nil
      let error = #expect(throws: (any Error).self) { try line.channel.send(Bye()) }
      if heard == answer {
        #expect(error as? Refusal == refusal)
      } else {
        #expect((error as? ChannelError)?.code == .gone)
      }
    }
  }
}

/// A file of pseudorandom bytes that goes when the test is over. It repeats itself at a length that no frame has.
final class Scratch: Sendable {
  let path = FileManager.default.temporaryDirectory.appending(path: "wire-\(UUID())").path

  init(bytes count: Int) throws {
    var random = SplitMix64(seed: 7)
    let block = (0..<min(count / 8, 9973)).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
    var bytes = Data(capacity: count + block.count)
    while bytes.count < count { bytes.append(contentsOf: block) }
    try bytes.prefix(count).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func open() throws -> File { try File(path: path, mode: .read) }

  func digest() throws -> Digest { Digest.of([UInt8](try Data(contentsOf: URL(filePath: path)))) }
}
