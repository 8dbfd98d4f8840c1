/// A number with its noun, for people: `1 entry`, `2 entries`. Without `plural` the noun takes an "s".
public func counted<N: BinaryInteger>(_ count: N, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
