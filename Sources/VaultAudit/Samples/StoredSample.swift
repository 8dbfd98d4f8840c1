import VaultCore
import VaultFiles
import VaultSigning

/// The folder of a sample as it was read. It was parsed, not verified: ``SampleCheck`` says whether it holds.
public struct StoredSample: Sendable {
  public let content: SampleContent
  public let workpaper: Workpaper
  /// The proofs' own words of what each record's bytes hash to.
  let proofs: [SampleProof]
  let manifest: SampleManifest
  let bytes: [String: [UInt8]]

  private static let textLimit = 32 << 20

  /// Reads a folder. Throws ``SampleFinding`` for what is not as it must be, `FileError` where the system fails.
  public init(_ files: any FileLayer, folder: String) throws {
    let reader = SampleFolderReader(files: files, folder: folder)
    let manifest: SampleManifest
    let stated = try reader.read(SampleManifest.name, limit: SampleManifest.limit)
    do throws(FormatError) {
      manifest = try SampleManifest(decoding: stated, limit: SampleManifest.limit)
    } catch {
      throw SampleFinding(.malformed, SampleManifest.name, error.reason)
    }
    var bytes: [String: [UInt8]] = [:]
    for file in manifest.files {
      let read = try reader.read(file.name, limit: min(file.size, Self.textLimit))
      guard read.count == file.size, ObjectID(of: read) == file.object else {
        throw SampleFinding(.fileMismatch, file.name, "it has other bytes than \(SampleManifest.name) says")
      }
      bytes[file.name] = read
    }
    self.manifest = manifest
    self.bytes = bytes
    let parts = SampleParts(bytes)
    proofs = try parts.proofs()
    content = try parts.content(manifest, proofs)
    let written = try reader.read(Workpaper.name, limit: Self.textLimit)
    do throws(FormatError) { workpaper = try Workpaper(decoding: written) } catch {
      throw SampleFinding(.workpaperMismatch, Workpaper.name, error.reason)
    }
  }
}

/// Reads files of a sample's folder, which anybody may have changed.
private struct SampleFolderReader {
  let files: any FileLayer
  let folder: String

  func read(_ name: String, limit: Int) throws -> [UInt8] {
    do throws(FileError) {
      return try files.readWholeFile(
        Paths.join(folder, name), limit: limit, mode: [.read, .noFollow, .noWait])
    } catch {
      switch error.errno {
      case 2, 20: throw SampleFinding(.fileMismatch, name, "there is no such file")
      case 21, 40: throw SampleFinding(.fileMismatch, name, "it is no regular file")
      case 27: throw SampleFinding(.fileMismatch, name, "it is longer than \(SampleManifest.name) says")
      default: throw error
      }
    }
  }
}

/// Puts the files of a sample's folder together again.
private struct SampleParts {
  private let bytes: [String: [UInt8]]

  init(_ bytes: [String: [UInt8]]) { self.bytes = bytes }

  func content(_ manifest: SampleManifest, _ proofs: [SampleProof]) throws -> SampleContent {
    var trust: [SampleContent.Signed] = []
    while let place = trustPlace(trust.count + 1) { trust.append(try signed(place)) }
    let records = try proofs.map { proof in
      RecordProof(bytes: try file("records/\(proof.proof.index)"), proof: proof.proof)
    }
    return SampleContent(
      vault: manifest.vault, period: manifest.period, trust: trust, commit: try signed("population/commit"),
      entry: try line("population/entry"), records: records, drawn: try drawn(),
      receipt: bytes["population/receipt.json"])
  }

  func proofs() throws -> [SampleProof] {
    let name = SampleFiles.proofsName
    let lines = try file(name)
    guard lines.last == 0x0A || lines.isEmpty else {
      throw SampleFinding(.malformed, name, "its last line does not end")
    }
    let proofs = try lines.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { try proof(Array($0), name) }
    guard proofs.count <= SampleManifest.recordLimit, Set(proofs.map(\.proof.index)).count == proofs.count
    else { throw SampleFinding(.malformed, name, "it proves a record twice, or too many") }
    return proofs
  }

  private func file(_ name: String) throws(SampleFinding) -> [UInt8] {
    guard let found = bytes[name] else {
      throw SampleFinding(.fileMismatch, name, "\(SampleManifest.name) does not list it")
    }
    return found
  }

  private func trustPlace(_ number: Int) -> String? {
    let digits = String(number)
    let place = "trust/" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    return bytes[place + ".json"] == nil ? nil : place
  }

  private func signed(_ place: String) throws -> SampleContent.Signed {
    var signatures: [SSHSignature] = []
    while let armored = bytes["\(place).\(signatures.count + 1).sig"] {
      let name = "\(place).\(signatures.count + 1).sig"
      do throws(SigningError) { signatures.append(try SSHSignature(armored: armored)) } catch {
        throw SampleFinding(.malformed, name, error.reason)
      }
    }
    return SampleContent.Signed(bytes: try file(place + ".json"), signatures: signatures)
  }

  private func line(_ place: String) throws -> SampleContent.ProvedLine {
    let name = place + "-proof.json"
    let line = try file(place + ".json")
    let proof = try proof(try file(name), name)
    guard proof.object == ObjectID(of: line) else {
      throw SampleFinding(.lineUnproved, name, "it is the proof of another line")
    }
    return SampleContent.ProvedLine(line: line, proof: proof.proof)
  }

  private func proof(_ bytes: [UInt8], _ name: String) throws(SampleFinding) -> SampleProof {
    do throws(FormatError) { return try SampleProof(decoding: bytes) } catch {
      throw SampleFinding(.malformed, name, error.reason)
    }
  }

  private func drawn() throws -> SampleContent.Drawn? {
    guard bytes["draw/draw.json"] != nil else { return nil }
    return SampleContent.Drawn(
      commit: try signed("draw/commit"), draw: try line("draw/draw"),
      extended: bytes["draw/extended.json"] == nil ? nil : try line("draw/extended"))
  }
}
