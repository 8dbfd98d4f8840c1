import Testing
import VaultSigning

/// Expects `body` to be refused with one of `codes`.
func expectRefusal<R>(
  _ codes: SigningError.Code..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> R
) {
  do {
    _ = try body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
  } catch let error as SigningError {
    #expect(
      codes.isEmpty || codes.contains(error.code), "\(error.code): \(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
