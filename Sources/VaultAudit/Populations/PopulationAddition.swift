import VaultCore
import VaultFiles
import VaultStore

/// A population on its way in, with what is kept beside it.
public struct PopulationAddition {
  public let found: EvidenceWalk.Found
  /// What is said of the population, and of what is kept beside it.
  public let draft: EvidenceDraft
  /// The form of the file; nil for the one that it looks like.
  public let input: PopulationInput?
  /// The file with the source's answer.
  public let response: String?

  public init(
    _ found: EvidenceWalk.Found, draft: EvidenceDraft, input: PopulationInput?, response: String?
  ) {
    self.found = found
    self.draft = draft
    self.input = input
    self.response = response
  }

  /// Bytes that a source's answer may have.
  static let responseLimit = 16 << 20
  /// What a population's path has behind it in the path of the file that it was cut from, before that file's ending.
  public static let originalMark = ".original"

  /// The pieces to commit, the population first; what is cut lies in the folder `staging` as long as they do. Throws
  /// ``PopulationRefusal`` where records cannot be cut from the file for what is wrong with it.
  public func pieces(_ files: any FileLayer, staging: String) throws -> [EvidencePiece] {
    let answered = try response.map { try answer($0, files) }
    let population = try population(files, staging: staging, findings: answered?.findings ?? [])
    return population + [answered?.piece].compactMap { $0 }
  }

  /// The population, and the file that it was cut from.
  private func population(
    _ files: any FileLayer, staging: String, findings: [PopulationFinding]
  ) throws -> [EvidencePiece] {
    guard case .file(let file) = found.origin else {
      guard input == nil || input == .lines else {
        throw StoreError(.badInput, "standard input is not cut into records", hint: "export to a file first")
      }
      return [EvidencePiece(found, draft: draft, cut: nil, findings: findings)]
    }
    guard case .cut(let format) = try input ?? PopulationInput.of(file, files) else {
      return [EvidencePiece(found, draft: draft, cut: nil, findings: findings)]
    }
    let records = try CutRecords(file, format, files, staging: staging)
    if let report = records.flaws.report {
      throw PopulationRefusal(path: found.path, report: report, refused: report.findings)
    }
    let cut = EvidencePiece.Cut(piece: 1, format: format, object: records.original, records: records.file)
    return [
      EvidencePiece(
        EvidenceWalk.Found(origin: .file(records.file.path), path: found.path), draft: draft, cut: cut,
        findings: findings), try beside(file, Self.originalMark),
    ]
  }

  private func answer(
    _ file: String, _ files: any FileLayer
  ) throws -> (piece: EvidencePiece, findings: [PopulationFinding]) {
    guard let count = draft.population?.sourceCount else {
      throw StoreError(.badInput, "a source's response needs the count that it gives")
    }
    let text = try files.readWholeFile(file, limit: Self.responseLimit, mode: [.read, .noWait])
    return (
      try beside(file, SourceResponse.mark), SourceResponse.names(count, in: text) ? [] : [.responseDiffers]
    )
  }

  /// A file that is kept beside the population, at the population's path with `mark` and the file's ending behind it.
  private func beside(_ file: String, _ mark: String) throws -> EvidencePiece {
    var draft = draft
    draft.population = nil
    draft.mediaType = nil
    draft.series = nil
    let path: EvidencePath
    do throws(FormatError) {
      path = try EvidencePath(found.path.text + mark + FileEnding.of(file))
    } catch {
      throw StoreError(.badInput, error.reason)
    }
    return EvidencePiece(EvidenceWalk.Found(origin: .file(file), path: path), draft: draft)
  }
}
