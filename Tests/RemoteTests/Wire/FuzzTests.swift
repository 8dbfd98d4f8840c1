import Testing
import VaultCore
import VaultFiles
import VaultRemote

@Suite struct FuzzTests {
  private let rounds = 1500

  /// Bytes with a few of them changed, cut out, doubled or cut off.
  private func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var out = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !out.isEmpty {
      let at = Int.random(in: 0..<out.count, using: &random)
      let end = min(out.count, at + Int.random(in: 1...20, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: out[at] = UInt8.random(in: 0...255, using: &random)
      case 1: out[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: out.removeSubrange(at..<end)
      case 3: out.insert(contentsOf: out[at..<end], at: at)
      case 4: out.removeSubrange(at...)
      default: out.insert(UInt8.random(in: 0...255, using: &random), at: at)
      }
    }
    return out
  }

  /// What is read must be what its own encoding says; every other end has a name.
  private func expectNamedEnd(_ bytes: [UInt8], _ side: Channel.Side, _ body: (Channel) throws -> Void) throws
  {
    let line = try Wire(hearing: bytes, side)
    do {
      try line.channel.open()
      try body(line.channel)
    } catch is Refusal {
    } catch is ChannelError {
    } catch {
      Issue.record("an error without a name: \(error) after \(bytes)")
    }
  }

  private func expectSame(_ message: any Message, _ again: (CanonicalValue) throws -> any Message) throws {
    let bytes = message.encoded()
    #expect(try again(CanonicalValue(canonical: bytes)).encoded() == bytes)
  }

  @Test func `a client that says rubbish ends its session by name`() throws {
    let file = try Scratch(bytes: 64)
    let good = try Wire.said(.client) { channel in
      for question in Samples.questions { try channel.send(question.message) }
      try channel.send(file.open(), from: 0, count: 64)
    }
    var random = SplitMix64(seed: 11)
    for _ in 0..<rounds {
      try expectNamedEnd(mutated(good, &random), .server) { channel in
        while let question = try channel.receiveQuestion() {
          try expectSame(question.message) { try Question(value: $0).message }
          if question == .bye(Bye()) { try channel.receiveData(64) { #expect($0.count <= 64) } }
        }
      }
    }
  }

  @Test func `a server that says rubbish ends its session by name`() throws {
    let file = try Scratch(bytes: 64)
    let good = try Wire.said(.server) { channel in
      for answer in Samples.answers { try channel.send(answer.message) }
      try channel.send(DataAnswer(length: 64))
      try channel.send(file.open(), from: 0, count: 64)
    }
    var random = SplitMix64(seed: 12)
    for _ in 0..<rounds {
      try expectNamedEnd(mutated(good, &random), .client) { channel in
        while true {
          let answer = try channel.receiveAnswer()
          try expectSame(answer.message) { try Answer(value: $0).message }
          guard case .data(let data) = answer, data.length == 64 else { continue }
          try channel.receiveData(64) { #expect($0.count <= 64) }
        }
      }
    }
  }
}
