import VaultAudit
import VaultCore
import VaultFiles
import VaultRemote
import VaultStore

/// A value that a copy of a vault can keep for those who name none.
///
/// None may name a program: whoever can write to the vault's folder could then run it as whoever signs.
enum Setting: String, CaseIterable {
  /// The key file that signs, absolute.
  case key
  case period

  /// The variable that goes before it.
  var variable: String { "VAULT_" + rawValue.uppercased() }

  /// Whether a stored value is one that `vault config` may have stored.
  func fits(_ value: String) -> Bool {
    switch self {
    case .key: value.hasPrefix("/")
    case .period: RefName.isPeriodName(value)
    }
  }

  /// The value to be stored for what the user typed.
  func value(_ text: String, _ context: Context) throws -> String {
    switch self {
    case .key:
      try Keys.check(text, context)
      return context.absolute(text)
    case .period: return try Settings.periodName(text)
    }
  }
}

/// The settings of this copy of a vault, as `config.json` in the vault's own folder holds them.
struct Configuration: VaultDocument, Hashable {
  static let documentType = "config"

  private var values: [Setting: String] = [:]
  /// The remotes by their names.
  var remotes: [String: Remote] = [:]

  /// A remote as this copy of the vault knows it.
  struct Remote: Hashable {
    let address: String
    /// Patterns of the periods that are fetched where none are named; all where there are none.
    let periods: [String]

    static let periodLimit = 64
  }

  /// Sizes of draws by frequency, where they are not the conventional ones.
  var sizes: [SampleSizes.Frequency: Int] = [:]

  /// How many records are drawn where nobody says.
  var sampleSizes: SampleSizes { SampleSizes(sizes) }

  private static let remoteLimit = 64

  /// No settings.
  init() {}

  init(members m: inout Members) throws(FormatError) {
    for setting in Setting.allCases {
      guard let value = try m.optionalText(setting.rawValue) else { continue }
      guard setting.fits(value) else { throw m.bad(setting.rawValue, "is not what it must be") }
      values[setting] = value
    }
    if var table = try m.optionalMembers("samples") {
      for frequency in SampleSizes.Frequency.allCases {
        sizes[frequency] = try table.optionalInteger(frequency.rawValue, SampleSizeSetting.range)
      }
      try table.finish()
    }
    for item in try m.array("remotes", limit: Self.remoteLimit, orEmpty: true) {
      var remote = try Members(item, "remote")
      let address = try remote.text("address")
      let name = try remote.text("name")
      let periods = try remote.texts("periods", limit: Remote.periodLimit, orEmpty: true)
      try remote.finish()
      guard RemoteName(name) != nil, (try? RemoteURL(address)) != nil,
        periods.allSatisfy({ (try? Glob($0)) != nil })
      else { throw m.bad("remotes", "names a remote, an address or periods that cannot be") }
      remotes[name] = Remote(address: address, periods: periods)
    }
  }

  subscript(setting: Setting) -> String? {
    get { values[setting] }
    set { values[setting] = newValue }
  }

  var documentMembers: [(String, CanonicalValue?)] {
    let list = remotes.sorted { $0.key < $1.key }.map { name, remote in
      CanonicalValue.make([
        ("address", .string(remote.address)), ("name", .string(name)),
        ("periods", remote.periods.isEmpty ? nil : .array(remote.periods.map { .string($0) })),
      ])
    }
    return Setting.allCases.map { setting in (setting.rawValue, values[setting].map { .string($0) }) }
      + [("remotes", list.isEmpty ? nil : .array(list)), ("samples", sizes.isEmpty ? nil : sizesValue)]
  }
}

/// The size of draws of one frequency, as `vault config` names it: `samples.daily`.
struct SampleSizeSetting {
  static let prefix = "samples."
  static let range = 1...SampleTaking.recordLimit

  let frequency: SampleSizes.Frequency

  /// The setting of a name; nil where it is none of these.
  init?(_ name: String) {
    guard name.hasPrefix(Self.prefix),
      let frequency = SampleSizes.Frequency(rawValue: String(name.dropFirst(Self.prefix.count)))
    else { return nil }
    self.frequency = frequency
  }

  init(_ frequency: SampleSizes.Frequency) { self.frequency = frequency }

  var name: String { Self.prefix + frequency.rawValue }

  /// The value for what the user typed.
  func value(_ text: String) throws -> Int {
    guard let size = Int(text), Self.range.contains(size) else {
      throw CommandError(.usage, "\(name) must be a number from 1 to \(Self.range.upperBound)")
    }
    return size
  }
}

extension Configuration {
  private var sizesValue: CanonicalValue {
    .make(SampleSizes.Frequency.allCases.map { ($0.rawValue, sizes[$0].map { .integer($0) }) })
  }

  private static let limit = 64 << 10

  private static func path(_ root: String) -> String { Paths.join(root, VaultFolder.settingsName) }

  /// The settings in the vault's own folder `root`; none where there is no file.
  static func load(_ files: any FileLayer, root: String) throws -> Configuration {
    let path = path(root)
    do {
      let bytes = try files.readWholeFile(path, limit: limit, mode: [.read, .noFollow, .noWait])
      return try Configuration(decoding: bytes, limit: limit)
    } catch let error as FormatError {
      throw unusable(path, error.reason)
    } catch let error as FileError {
      switch error.errno {
      case 2: return Configuration()
      case 21: throw unusable(path, "it is a folder")
      case 27: throw unusable(path, "it has more than \(limit) bytes")
      case 40: throw unusable(path, "it is a symbolic link")
      default: throw error
      }
    }
  }

  private static func unusable(_ path: String, _ why: String) -> CommandError {
    CommandError(
      .usage, "\(path) cannot be used: \(why)",
      hint: "it holds settings only, no evidence: remove it, and set them anew with 'vault config'")
  }

  /// Puts the settings in place of those that are there.
  func save(_ folder: VaultFolder) throws {
    guard encoded().count <= Self.limit else {
      throw CommandError(.usage, "the settings would have more than \(Self.limit) bytes")
    }
    // The passing file lies where a crash may leave it.
    try folder.files.makeDirectories(folder.staging, durable: false)
    try folder.files.writeNewFile(
      Self.path(folder.root), encoded(), replace: true, staging: folder.staging)
  }
}
