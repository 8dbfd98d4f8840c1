import Foundation
import Testing
import VaultCore
import VaultRemote

@Suite struct MessageTests {
  @Test(arguments: Samples.questions)
  func `a question is read as it was written`(question: Question) throws {
    let bytes = question.message.encoded()
    let read = try Question(value: CanonicalValue(canonical: bytes))
    #expect(read == question)
    #expect(read.message.encoded() == bytes)
  }

  @Test(arguments: Samples.answers)
  func `an answer is read as it was written`(answer: Answer) throws {
    let bytes = answer.message.encoded()
    let read = try Answer(value: CanonicalValue(canonical: bytes))
    #expect(read == answer)
    #expect(read.message.encoded() == bytes)
  }

  @Test func `a question is no answer and an answer no question`() throws {
    for question in [Question.hello(Hello(path: "a", vault: nil, client: "b")), .bye(Bye())] {
      #expect(throws: FormatError.self) { try Answer(value: question.message.value) }
    }
    for answer in [Answer.data(DataAnswer(length: 1)), .want(Want(packs: []))] {
      #expect(throws: FormatError.self) { try Question(value: answer.message.value) }
    }
    for text in ["1", "[]", "{}", "{\"type\":1}", "{\"type\":\"delete\"}", "\"bye\""] {
      let value = try CanonicalValue(canonical: Array(text.utf8))
      #expect(throws: FormatError.self) { try Question(value: value) }
      #expect(throws: FormatError.self) { try Answer(value: value) }
    }
  }

  @Test func `an unknown member is refused at every depth`() throws {
    for message in Samples.messages {
      for (path, value) in objects(in: message.value) {
        guard case .object(let members) = value else { continue }
        let more = CanonicalValue.make(members.map { ($0.name, $0.value) } + [("zzz", .integer(1))])
        expectUnreadable(replace(message.value, path, with: more), as: message)
      }
    }
  }

  @Test func `a member that is missing is refused, or was optional`() throws {
    let optional = ["hello.vault", "proof.leaf", "proof.inclusion", "refused.hint", "refused.tip"]
    for message in Samples.messages {
      guard case .object(let members) = message.value else { continue }
      for member in members {
        let kept = members.filter { $0.name != member.name }.map { ($0.name, Optional($0.value)) }
        let isOptional = optional.contains("\(type(of: message).documentType).\(member.name)")
        let isRead = readable(.make(kept), as: message)
        #expect(isRead == isOptional, "\(message) without \(member.name)")
      }
    }
  }

  @Test func `a member of another type is refused at every depth`() throws {
    for message in Samples.messages {
      for (path, value) in objects(in: message.value, leaves: true) where !path.isEmpty {
        let other: CanonicalValue = if case .bool = value { .integer(1) } else { .bool(true) }
        expectUnreadable(replace(message.value, path, with: other), as: message)
      }
    }
  }

  @Test func `lists and texts have their limits`() throws {
    let tip = Samples.tip
    let trust = TrustTip(number: 1, document: Samples.id)
    let pack = CarriedLine.Pack(Samples.id, length: 1)
    func line(_ sequence: Int, packs: [CarriedLine.Pack] = []) -> CarriedLine {
      CarriedLine(sequence: sequence, document: Samples.id, signatures: [], packs: packs)
    }
    let manyPacks = (0..<65).map { CarriedLine.Pack(ObjectID(of: [UInt8($0)]), length: 1) }
    let good: [any Message] = [
      LinesAnswer(lines: (1...1000).map { line($0) }, more: true),
      LeavesAnswer(leaves: Array(repeating: String(repeating: "x", count: 4096), count: 1000)),
      Push(ref: .trust, line: line(1, packs: Array(manyPacks.dropLast()))),
      Run(ref: Samples.ref, lines: (7...1006).map { line($0) }),
      Hello(
        path: String(repeating: "x", count: 1024), vault: nil, client: String(repeating: "x", count: 255)),
    ]
    for message in good {
      let isRead = readable(message.value, as: message)
      #expect(isRead, "\(type(of: message))")
    }
    let bad: [any Message] = [
      LinesAnswer(lines: (1...1001).map { line($0) }, more: true),
      LinesAnswer(lines: [line(1), line(3)], more: false),
      LinesAnswer(lines: [line(2), line(1)], more: false),
      LinesAnswer(lines: [line(0)], more: false),
      LeavesAnswer(leaves: Array(repeating: "x", count: 1001)), LeavesAnswer(leaves: [""]),
      LeavesAnswer(leaves: [String(repeating: "x", count: 4097)]),
      LeavesQuestion(from: 0, limit: 0), LeavesQuestion(from: 0, limit: 1001),
      RefsAnswer(refs: [tip, tip], trust: trust), Push(ref: .trust, line: line(1, packs: [pack, pack])),
      Push(ref: .trust, line: line(1, packs: manyPacks)),
      Run(ref: Samples.ref, lines: []), Run(ref: Samples.ref, lines: (1...1001).map { line($0) }),
      Run(ref: Samples.ref, lines: [line(1), line(3)]), Run(ref: Samples.ref, lines: [line(2), line(1)]),
      Run(ref: Samples.ref, lines: [line(1, packs: [pack]), line(2, packs: [pack])]),
      Want(packs: [.init(Samples.id, offset: 0), .init(Samples.id, offset: 1)]),
      Hello(path: "", vault: nil, client: "x"),
      Hello(path: String(repeating: "x", count: 1025), vault: nil, client: "x"),
      Hello(path: "x", vault: nil, client: String(repeating: "x", count: 256)),
      PathsQuestion(ref: Samples.ref, paths: Array(repeating: Samples.path, count: 1001)),
      ProofAnswer(inclusion: nil, consistency: Array(repeating: .zero, count: 129), checkpoint: "x"),
    ]
    for message in bad { expectUnreadable(message.value, as: message) }
  }

  @Test func `a refusal's texts are cut to what a message carries, at whole characters`() throws {
    let long = Refusal(
      .failed, String(repeating: "ä", count: 3000), hint: String(repeating: "日", count: 3000))
    let read = try Refusal(decoding: long.encoded())
    #expect(read.reason == String(repeating: "ä", count: 2048))
    #expect(read.hint == String(repeating: "日", count: 1365))
    #expect(try Refusal(decoding: Refusal(.busy, "", hint: "").encoded()) == Refusal(.busy, "busy"))
  }

  @Test func `the page has an example of every message, and each is read`() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "docs/protocol.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("    {") && $0.hasSuffix("}") }.map {
      String($0.dropFirst(4))
    }
    var types: Set<String> = []
    for row in rows {
      let value = try CanonicalValue(canonical: Array(row.utf8))
      guard let message = (try? Question(value: value).message) ?? (try? Answer(value: value).message) else {
        Issue.record("not read: \(row)")
        continue
      }
      #expect(message.encoded() == Array(row.utf8))
      types.insert("\(type(of: message))")
    }
    #expect(types == Set(Samples.messages.map { "\(type(of: $0))" }))
  }
}

/// Whether a message of the same type is read from `value`.
private func readable<M: Message>(_ value: CanonicalValue, as message: M) -> Bool {
  (try? M(value: value)) != nil
}

private func expectUnreadable(_ value: CanonicalValue, as message: any Message) {
  let isRead = readable(value, as: message)
  #expect(!isRead, "\(value) as \(message)")
}

/// Where a value stands in another: names of members and indices of elements.
private enum Step: Hashable {
  case member(String)
  case element(Int)
}

/// All objects inside of a value, or all values, with their places.
private func objects(in value: CanonicalValue, leaves: Bool = false) -> [([Step], CanonicalValue)] {
  var out: [([Step], CanonicalValue)] = []
  func visit(_ value: CanonicalValue, _ path: [Step]) {
    switch value {
    case .object(let members):
      out.append((path, value))
      for member in members { visit(member.value, path + [.member(member.name)]) }
    case .array(let items):
      if leaves { out.append((path, value)) }
      for (index, item) in items.enumerated() { visit(item, path + [.element(index)]) }
    default: if leaves { out.append((path, value)) }
    }
  }
  visit(value, [])
  return out
}

private func replace(_ value: CanonicalValue, _ path: [Step], with new: CanonicalValue) -> CanonicalValue {
  guard let first = path.first else { return new }
  let rest = Array(path.dropFirst())
  switch (value, first) {
  case (.object(let members), .member(let name)):
    return .make(members.map { ($0.name, $0.name == name ? replace($0.value, rest, with: new) : $0.value) })
  case (.array(var items), .element(let index)):
    items[index] = replace(items[index], rest, with: new)
    return .array(items)
  default: return value
  }
}
