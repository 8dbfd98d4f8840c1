import VaultCore
import VaultFiles
import VaultStore

/// Holds what a remote shows of its trust and refs against what its log has accepted (docs/protocol.md, §5.3): who hides the
/// newest commits, or a revocation, contradicts the leaves that it signed.
struct ShownChains {
  private let remote: String
  private let there: RefsAnswer

  init(_ there: RefsAnswer, of remote: String) {
    self.there = there
    self.remote = remote
  }

  /// Refuses a remote that shows less, or something else, than its newest leaves of these subjects say.
  ///
  /// Throws ``LogError`` of code `hidden`.
  func check(_ newest: [ChainName: LogLeaf]) throws {
    for (subject, leaf) in newest.sorted(by: { $0.key.description < $1.key.description }) {
      let shown: (number: Int, document: ObjectID)? =
        switch subject {
        case .trust: (there.trust.number, there.trust.document)
        case .ref(let ref): there.refs.first { $0.ref == ref }.map { ($0.sequence, $0.commit) }
        }
      guard let shown else { throw hidden(leaf, "does not show \(subject) to this key") }
      guard shown.number >= leaf.number else { throw hidden(leaf, "shows only \(shown.number)") }
      guard shown.number > leaf.number || shown.document == leaf.document else {
        throw hidden(leaf, "shows another")
      }
    }
  }

  private func hidden(_ leaf: LogLeaf, _ what: String) -> LogError {
    LogError(
      .hidden,
      "\(remote) accepted \(leaf.what) \(leaf.number) of \(leaf.subject) at \(leaf.received), and \(what)")
  }
}

extension LogLeaf {
  /// What it accepts.
  fileprivate var what: String { subject == .trust ? "document" : "commit" }
}
