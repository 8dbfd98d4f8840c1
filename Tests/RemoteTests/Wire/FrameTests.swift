import Foundation
import Testing
import VaultCore
import VaultFiles
import VaultRemote

@Suite struct FrameTests {
  private let bye = message("{\"type\":\"bye\"}")

  private func hear(_ bytes: [UInt8], _ side: Channel.Side = .server, _ body: (Channel) throws -> Void) throws
  {
    let line = try Wire(hearing: preface + bytes, side)
    try line.channel.open()
    try body(line.channel)
  }

  // MARK: prefaces

  @Test func `a client skips what a login shell prints, a server skips nothing`() throws {
    for chatter in ["", "Welcome!\n", "\n\r\n", "evidence\n", String(repeating: "a\n", count: 32_768)] {
      let line = try Wire(hearing: Array(chatter.utf8) + preface, .client)
      try line.channel.open()
      if !chatter.isEmpty {
        let server = try Wire(hearing: Array(chatter.utf8) + preface, .server)
        expectRefusal { try server.channel.open() }
      }
    }
  }

  @Test func `over 64 KiB before the preface are refused, in lines or in one`() throws {
    for chatter in [String(repeating: "a\n", count: 32_768) + "\n", String(repeating: "a", count: 65_537)] {
      let line = try Wire(hearing: Array(chatter.utf8) + preface, .client)
      expectRefusal { try line.channel.open() }
    }
  }

  @Test func `another version is named`() throws {
    let line = try Wire(hearing: Array("evidence-vault/2\r\n".utf8), .client)
    let error = #expect(throws: Refusal.self) { try line.channel.open() }
    #expect(error?.reason.contains("evidence-vault/2") == true)
  }

  @Test func `a peer that ends before its preface is told with what it said`() throws {
    let line = try Wire(hearing: Array("This account is not available.\n\u{1B}[31m".utf8), .client)
    let error = #expect(throws: ChannelError.self) { try line.channel.open() }
    #expect(error?.code == .noPreface)
    #expect(error?.reason.hasSuffix("it said: This account is not available. [31m") == true)
    for length in 0..<preface.count {
      let server = try Wire(hearing: Array(preface[..<length]), .server)
      expectEnd(.noPreface) { try server.channel.open() }
    }
  }

  // MARK: frames

  @Test func `frames that the page does not know are refused`() throws {
    let rubbish: [[UInt8]] = [
      frame(1, [], length: 262_145), frame(1, [], length: 1 << 31), frame(2, [], length: 262_145),
      frame(3, [1]), frame(255, []), frame(0, [0]), frame(1, []), frame(2, []),
      frame(1, Array("{}".utf8), [2, 0, 0]), frame(1, Array("{}".utf8), [0, 1, 0]),
      frame(1, Array("{}".utf8), [0, 0, 1]), frame(0, [], [1, 0, 0]), frame(2, [1], [1, 0, 0]),
      frame(1, Array("{}".utf8), [1, 0, 0]), frame(2, [1]), Array("GET / HTTP/1.1\r\n\r\n".utf8),
      [UInt8](repeating: 0xFF, count: 100),
    ]
    for bytes in rubbish {
      try hear(bytes) { channel in expectRefusal { _ = try channel.receiveQuestion() } }
    }
  }

  @Test func `messages that are not canonical or not known are refused`() throws {
    for text in [
      "{", "{}", "null", " {\"type\":\"bye\"}", "{\"type\":\"bye\"} ", "{\"type\":\"bye\",\"type\":\"bye\"}",
      "{\"a\":1,\"type\":\"bye\"}", "{\"type\":\"welcome\"}", "{\"type\":\"bye\"}\u{0}", "\u{FEFF}{}",
      "{\"limit\":1,\"from\":1,\"type\":\"leaves\"}", "{\"from\":-1,\"limit\":1,\"type\":\"leaves\"}",
    ] { try hear(message(text)) { channel in expectRefusal { _ = try channel.receiveQuestion() } } }
  }

  @Test func `keep-alives may stand anywhere between frames`() throws {
    let data = frame(2, [1, 2]) + frame(0, []) + frame(0, []) + frame(2, [3])
    try hear(frame(0, []) + frame(0, []) + bye + frame(0, []) + data + frame(0, [])) { channel in
      #expect(try channel.receiveQuestion() == .bye(Bye()))
      var got: [UInt8] = []
      try channel.receiveData(3) { got += $0 }
      #expect(got == [1, 2, 3])
      #expect(try channel.receiveQuestion() == nil)
      #expect(channel.bytesReceived == 18 + 5 * 8 + 8 + 14 + 8 + 2 + 8 + 1 + 8)
    }
  }

  @Test func `an answer goes over several frames, a question does not`() throws {
    let leaves = LeavesAnswer(leaves: (0..<1000).map { String($0) + String(repeating: "\"", count: 1000) })
    let bytes = try Wire.said(.server) { try $0.send(leaves) }
    #expect(bytes.count > 2_000_000)
    let line = try Wire(hearing: bytes, .client)
    try line.channel.open()
    #expect(try line.channel.receive(LeavesAnswer.self) == leaves)
    let server = try Wire(hearing: bytes, .server)
    try server.channel.open()
    expectRefusal { _ = try server.channel.receiveQuestion() }
    let question = PathsQuestion(
      ref: Samples.ref,
      paths: try (0..<1000).map {
        try EvidencePath("\($0)/" + String(repeating: "a", count: 250) + "/report")
      })
    _ = try Wire.said(.server) { try $0.send(question) }
    expectRefusal(.limit) { _ = try Wire.said(.client) { try $0.send(question) } }
  }

  @Test func `a message over 16 MiB or of too many values is refused`() throws {
    let full = frame(1, [UInt8](repeating: 0x5B, count: 262_144), [1, 0, 0])
    try hear(Array(repeating: full, count: 65).flatMap { $0 }, .client) { channel in
      let error = #expect(throws: Refusal.self) { try channel.receiveAnswer() }
      #expect(error?.reason.contains("16777216") == true)
    }
    let text =
      Array("{\"leaves\":[0".utf8) + Array(repeating: Array(",0".utf8), count: 600_000).flatMap { $0 }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: 262_144) {
      let piece = Array(text[start..<min(start + 262_144, text.count)])
      bytes += frame(1, piece, [piece.count == 262_144 ? 1 : 0, 0, 0])
    }
    try hear(bytes, .client) { channel in
      let error = #expect(throws: Refusal.self) { try channel.receiveAnswer() }
      #expect(error?.reason == "too many values")
    }
  }

  @Test func `a stream that is cut at any byte is told as cut`() throws {
    let bytes = message("{\"length\":3,\"type\":\"data\"}") + frame(2, [1, 2]) + frame(0, []) + frame(2, [3])
    func listen(_ length: Int) throws {
      try hear(Array(bytes[..<length]), .client) { channel in
        let answer = try channel.receive(DataAnswer.self)
        try channel.receiveData(Int64(answer.length)) { _ in }
      }
    }
    for length in 0..<bytes.count { expectEnd(.cut) { try listen(length) } }
    try listen(bytes.count)
  }

  @Test func `a question that is cut is told as cut, an end between two is no error`() throws {
    for length in 1..<bye.count {
      try hear(Array(bye[..<length])) { channel in expectEnd(.cut) { _ = try channel.receiveQuestion() } }
    }
    for bytes in [[], bye, bye + frame(0, [])] {
      try hear(bytes) { channel in
        if !bytes.isEmpty { _ = try channel.receiveQuestion() }
        let last = try channel.receiveQuestion()
        #expect(last == nil)
      }
    }
  }

  // MARK: answers

  @Test func `what is refused is thrown, with its tip`() throws {
    let refusal = Refusal(.conflict, "sequence 2 is taken", hint: "fetch first", tip: Samples.tip)
    let bytes = try Wire.said(.server) { channel in
      try channel.send(refusal)
      try channel.send(DataAnswer(length: 9))
      try channel.send(refusal)
    }
    let line = try Wire(hearing: bytes, .client)
    try line.channel.open()
    #expect(throws: refusal) { try line.channel.receive(Want.self) }
    _ = try line.channel.receive(DataAnswer.self)
    #expect(throws: refusal) { try line.channel.receiveData(9) { _ in } }
  }

  @Test func `an answer to another question is refused`() throws {
    try hear(message("{\"length\":3,\"type\":\"data\"}"), .client) { channel in
      expectRefusal { _ = try channel.receive(Want.self) }
    }
  }

  @Test func `data are taken exactly as announced`() throws {
    try hear(frame(2, [1, 2, 3])) { channel in expectRefusal { try channel.receiveData(2) { _ in } } }
    try hear(frame(2, [1, 2]) + bye) { channel in expectRefusal { try channel.receiveData(3) { _ in } } }
    try hear(frame(2, [1, 2]) + bye, .client) { channel in
      expectRefusal { try channel.receiveData(3) { _ in } }
    }
    try hear(frame(2, [1, 2]) + frame(2, [3]) + bye) { channel in
      try channel.receiveData(2) { _ in }
      expectRefusal { _ = try channel.receiveQuestion() }
    }
    try hear(bye) { channel in
      try channel.receiveData(0) { _ in Issue.record("there are none") }
      #expect(try channel.receiveQuestion() == .bye(Bye()))
    }
  }

  @Test func `after an error of the sink the session goes on behind the data`() throws {
    struct Full: Error {}
    try hear(frame(2, [1, 2]) + frame(2, [3, 4, 5]) + bye) { channel in
      #expect(throws: Full.self) { try channel.receiveData(5) { _ in throw Full() } }
      #expect(channel.dataOwed == 3)
      try channel.discardData()
      #expect(try channel.receiveQuestion() == .bye(Bye()))
    }
  }

  @Test func `a file that is shorter than announced closes the channel`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "wire-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([1, 2, 3]).write(to: URL(filePath: path))
    let file = try File(path: path, mode: .read)
    let bytes = try Wire.said(.server) { channel in
      try channel.send(file, from: 1, count: 2)
      expectEnd(.shortFile) { try channel.send(file, from: 1, count: 3) }
      expectEnd(.closed) { try channel.send(Bye()) }
    }
    #expect(bytes == preface + frame(2, [2, 3]))
  }
}
