/// A command line of nothing but `--option value`, flags and operands, as pipelines write it.
///
/// Starting the argument parser costs more than a whole commit does. What this cannot read, or doubts, it leaves
/// to the parser: short forms other than those named, `--option=value`, `--`, abbreviations, help and every error.
struct PlainArguments {
  /// The names that a verb takes, with their dashes.
  struct Names {
    /// Options that may be given once, with a value.
    var options: Set<String> = []
    /// Options that may be given again and again, with a value.
    var repeated: Set<String> = []
    var flags: Set<String> = []

    static func + (a: Names, b: Names) -> Names {
      Names(
        options: a.options.union(b.options), repeated: a.repeated.union(b.repeated),
        flags: a.flags.union(b.flags))
    }
  }

  private var values: [String: [String]] = [:]
  private var flags: Set<String> = []
  private(set) var operands: [String] = []

  /// Nothing, if the parser has to look at it.
  init?(_ arguments: some Sequence<String>, _ names: Names) {
    var rest = arguments.makeIterator()
    while let word = rest.next() {
      if names.flags.contains(word) {
        flags.insert(word)
      } else if names.repeated.contains(word) || names.options.contains(word) && values[word] == nil {
        guard let value = rest.next(), !value.hasPrefix("-") else { return nil }
        values[word, default: []].append(value)
      } else if word == "-" || !word.hasPrefix("-") {
        operands.append(word)
      } else {
        return nil
      }
    }
  }

  /// The value of an option that may be given once.
  subscript(name: String) -> String? { values[name]?.first }

  func all(_ name: String) -> [String] { values[name] ?? [] }

  func has(_ flag: String) -> Bool { flags.contains(flag) }
}
