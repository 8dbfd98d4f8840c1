import VaultCore
import VaultFiles
import VaultStore

extension ReviewCommit {
  /// Commits what a reconciliation came to, with its report.
  public func run(
    _ outcome: ReconciliationRun.Outcome, left: PopulationReference, right: PopulationReference,
    on: [Reconciliation.FieldPair], compare: [Reconciliation.FieldPair], workers: Int
  ) throws -> (line: Reconciliation, result: Result) {
    let index = try RefIndex.openOrNew(vault.folder, .reviews(period)).settled()
    let (ingested, pack) = try Ingest.run(
      [IngestSource(.file(outcome.report))], Ingest.Context(index), files: vault.folder.files,
      staging: vault.folder.staging, workers: workers)
    let line = Reconciliation(
      left: left, right: right, on: on, compare: compare, matched: outcome.matched,
      onlyLeft: outcome.onlyLeft, onlyRight: outcome.onlyRight, differing: outcome.differing,
      report: ingested[0].object)
    return (line, try run([.reconcile(line)], objects: pack.map { [$0] } ?? []))
  }
}
