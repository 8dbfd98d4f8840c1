import Testing
import VaultCore

@testable import VaultSigning

@Suite struct NoteTests {
  // From the tests of golang.org/x/mod/sumdb/note.
  private static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  private static let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
  private static let peterSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  private static let text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  private static let peterLine =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
  private static let enochLine =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

  private static func signer(_ name: String = "PeterNeumann") throws -> NoteSigner {
    let seed = try #require(Base64.decode(peterSeed)).dropFirst()
    return try NoteSigner(name: name, file: NoteSigner.keyFile(seed: Array(seed), comment: "a log"))
  }

  private static func note(_ text: String) throws(SigningError) -> SignedNote {
    try SignedNote(Array(text.utf8))
  }

  @Test func `a verifier key of Go's reads and is written the same`() throws {
    for text in [Self.peter, Self.enoch] { #expect(try NoteVerifier(text).description == text) }
    #expect(try NoteVerifier(Self.peter).keyHash == 0xc74f_20a3)
  }

  @Test func `a verifier key that is cut or altered anywhere is refused`() throws {
    let bytes = Array(Self.peter.utf8)
    for start in 0...bytes.count {
      for end in start...bytes.count where start > 0 || end < bytes.count {
        expectRefusal { try NoteVerifier(String(decoding: bytes[start..<end], as: UTF8.self)) }
      }
    }
    for place in bytes.indices {
      var altered = bytes
      altered[place] += 1
      expectRefusal { try NoteVerifier(String(decoding: altered, as: UTF8.self)) }
    }
    expectRefusal(.malformed) { try NoteVerifier(Self.peter.replacing("c74f20a3", with: "C74F20A3")) }
    expectRefusal(.malformed) {
      try NoteVerifier("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
    }
    expectRefusal(.unsupportedAlgorithm) {
      try NoteVerifier("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    }
  }

  @Test func `signing gives the note that Go gives`() throws {
    let signer = try Self.signer()
    #expect(signer.verifier.description == Self.peter)
    var note = try SignedNote(text: Array(Self.text.utf8))
    note.add(try signer.sign(note.text))
    #expect(String(decoding: note.encoded, as: UTF8.self) == Self.text + "\n" + Self.peterLine)
    note.add(try signer.sign(note.text))
    #expect(note.signatures.count == 1)
  }

  @Test func `each known key's signature is found and others are kept and ignored`() throws {
    let bytes = Self.text + "\n" + Self.peterLine + Self.enochLine
    let note = try Self.note(bytes)
    #expect(note.encoded == Array(bytes.utf8) && note.text == Array(Self.text.utf8))
    #expect(note.signatures.map(\.name) == ["PeterNeumann", "EnochRoot"])
    for key in [Self.peter, Self.enoch] { try note.verify(by: try NoteVerifier(key)) }
    let other = try Self.signer("EnochRoot").verifier
    expectRefusal(.wrongKey) { try note.verify(by: other) }
  }

  @Test func `the example of C2SP's page verifies`() throws {
    let key = try NoteVerifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    let note = try Self.note(
      "This is an example message.\n\n— example.com/foo "
        + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n")
    try note.verify(by: key)
    expectRefusal(.badSignature) {
      try Self.note(String(decoding: note.encoded, as: UTF8.self).replacing("This", with: "That"))
        .verify(by: key)
    }
  }

  @Test func `a wrong signature of a known key spoils the note, beside a right one too`() throws {
    let wrong = Self.peterLine.replacing("ZJkuBS9UG", with: "ZJkuBS9UH")
    for lines in [wrong, Self.peterLine + wrong, wrong + Self.peterLine] {
      let note = try Self.note(Self.text + "\n" + lines)
      expectRefusal(.badSignature) { try note.verify(by: try NoteVerifier(Self.peter)) }
    }
  }

  @Test func `bytes that are no note are refused`() throws {
    let sound = Self.text + "\n" + Self.peterLine
    let wrong = [
      "", "\n", "\n\n", Self.text, Self.text + "\n", String(sound.dropLast()), "\u{1}" + sound,
      sound + "\n", sound + "Unexpected line.\n", Self.text + Self.peterLine, "\r" + sound,
      Self.text + "\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuG\n",
      Self.text + "\n— a+b x08go/ZJkuBS9UG/\n", Self.text + "\n— Peter\u{2003}Neumann x08go/ZJkuBS9UG/\n",
      Self.text + "\n— PeterNeumann x08gow==\n", Self.text + "\n— PeterNeumann x08go/Z=\n",
      Self.text + "\n— PeterNeumann \n", Self.text + "\n- PeterNeumann x08go/ZJkuBS9UG/\n",
      Self.text + "\n" + String(repeating: Self.peterLine, count: 101),
      String(repeating: "a", count: SignedNote.maximumLength) + "\n\n" + Self.peterLine,
      "\n" + Self.peterLine,
    ]
    for text in wrong { expectRefusal(.malformed) { try Self.note(text) } }
    expectRefusal(.malformed) { try SignedNote([0xff] + Array(sound.utf8)) }
    _ = try Self.note(Self.text + "\n" + String(repeating: Self.peterLine, count: 100))
    let poem = try Self.note("a\n\nb\n\n" + Self.peterLine)
    #expect(poem.text == Array("a\n\nb\n".utf8))
  }

  @Test func `a name that a note cannot hold is refused`() throws {
    let key = try Self.signer().verifier.publicKey
    for name in ["", "a b", "a+b", "a\nb", "a\u{85}b", "a\u{7f}", String(repeating: "a", count: 256)] {
      expectRefusal(.invalidPrincipal) { try NoteVerifier(name: name, publicKey: key) }
    }
    _ = try NoteVerifier(name: String(repeating: "a", count: 255), publicKey: key)
    expectRefusal(.malformed) { try NoteVerifier(name: "a", publicKey: Array(key.dropLast())) }
    expectRefusal(.invalidKey) {
      try NoteVerifier(name: "a", publicKey: [1] + [UInt8](repeating: 0, count: 31))
    }
  }

  @Test func `ssh-keygen reads a key file that is made, and one that it made signs`() throws {
    for comment in ["", "a", "ab", "log.example.org/one", "12345678"] {
      let seed = [UInt8](repeating: UInt8(comment.utf8.count), count: 32)
      let file = try NoteSigner.keyFile(seed: seed, comment: comment)
      let folder = try Folder()
      let path = try folder.write(file, "log.key")
      let line = try Tool.mustRun("ssh-keygen", ["-y", "-f", path]).text
      let read = try SSHPublicKey(openSSHLine: line)
      #expect(try Array(read.blob.suffix(32)) == (NoteSigner(name: "a", file: file).verifier.publicKey))
      #expect(try read == (SSHPrivateKey(file: file).publicKey))
    }
    let made = try NoteSigner(name: "a", file: try MadeKey.of(.ed25519).file())
    #expect(try made.sign([10]).signature.count == 64)
    expectRefusal(.unsupportedAlgorithm) { try NoteSigner(name: "a", file: try MadeKey.of(.p256).file()) }
    expectRefusal(.malformed) { try NoteSigner.keyFile(seed: [1, 2, 3], comment: "") }
  }
}

@Suite struct CheckpointTests {
  private static let signer = Result {
    try NoteSigner(
      name: "log.example/1",
      file: try NoteSigner.keyFile(seed: [UInt8](repeating: 7, count: 32), comment: ""))
  }
  private static let time = "2026-03-01T06:00:00.123Z"
  private static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
  private static let text = "log.example/1\n20852163\n\(root)\nreceived \(time)\n"

  private static func signed(_ text: String, _ signer: NoteSigner) throws -> [UInt8] {
    var note = try SignedNote(text: Array(text.utf8))
    note.add(try signer.sign(note.text))
    return note.encoded
  }

  @Test func `a checkpoint reads and is written the same`() throws {
    let signer = try Self.signer.get()
    let read = try VerifiedCheckpoint(try Self.signed(Self.text, signer), by: signer.verifier)
    #expect(read.size == 20_852_163 && read.received.description == Self.time)
    #expect(
      read.root.digest.bytes == Base64.decode(Self.root) && read.checkpoint.text == Array(Self.text.utf8))
    #expect(try VerifiedCheckpoint(signing: read.checkpoint, signer) == read)
  }

  @Test(arguments: [
    ("20852163", "020852163"), ("20852163", "-1"), ("20852163", "+1"), ("20852163", "9007199254740992"),
    ("20852163", "1e3"), ("20852163", ""), (root, String(root.dropLast())), (root, "AAAA"), (root, ""),
    ("received ", "Received "), ("received ", ""), (time, "2026-03-01T06:00:00Z"),
    ("received \(time)\n", ""), ("received \(time)\n", "received \(time)\nmore\n"),
    ("received \(time)\n", "received \(time) \n"), ("log.example/1\n", "log.example/1 \n"),
    ("log.example/1\n", ""), ("log.example/1\n", "\n"),
  ])
  func `a signed text that is no checkpoint is refused`(part: String, other: String) throws {
    let signer = try Self.signer.get()
    let note = try Self.signed(Self.text.replacing(part, with: other), signer)
    expectRefusal(.malformed) { try VerifiedCheckpoint(note, by: signer.verifier) }
  }

  @Test func `a checkpoint of another log, or of another key, is refused`() throws {
    let signer = try Self.signer.get()
    let note = try Self.signed(Self.text.replacing("example/1", with: "example/2"), signer)
    expectRefusal(.wrongKey) { try VerifiedCheckpoint(note, by: signer.verifier) }
    let file = try NoteSigner.keyFile(seed: [UInt8](repeating: 8, count: 32), comment: "")
    let other = try NoteSigner(name: signer.verifier.name, file: file)
    expectRefusal(.wrongKey) {
      try VerifiedCheckpoint(try Self.signed(Self.text, other), by: signer.verifier)
    }
  }

  @Test func `a witness's cosignature is told apart from the log's signature`() throws {
    let signer = try Self.signer.get()
    let file = try NoteSigner.keyFile(seed: [UInt8](repeating: 9, count: 32), comment: "")
    let witness = try NoteSigner(name: "witness.example/w1", file: file)
    let key = try NoteVerifier(
      name: "witness.example/w1", algorithm: .cosignature, publicKey: witness.verifier.publicKey)
    #expect(try NoteVerifier(key.description) == key && key.keyHash != witness.verifier.keyHash)
    var note = try SignedNote(try Self.signed(Self.text, signer))
    let time: UInt64 = 1_679_315_147
    let statement = Array("cosignature/v1\ntime 1679315147\n\(Self.text)".utf8)
    let bytes = withUnsafeBytes(of: time.bigEndian) { Array($0) } + (try witness.sign(statement).signature)
    note.add(NoteSignature(name: key.name, keyHash: key.keyHash, signature: bytes))
    let read = try VerifiedCheckpoint(note.encoded, by: signer.verifier)
    #expect(read.cosigned(by: key) == time)
    #expect(read.cosigned(by: witness.verifier) == nil && read.cosigned(by: signer.verifier) == nil)
    expectRefusal(.wrongKey) { try VerifiedCheckpoint(note.encoded, by: key) }
    note.add(
      NoteSignature(name: key.name, keyHash: key.keyHash, signature: [0, 0] + bytes.dropFirst(2) + [0]))
    #expect(try VerifiedCheckpoint(note.encoded, by: signer.verifier).cosigned(by: key) == nil)
  }
}
