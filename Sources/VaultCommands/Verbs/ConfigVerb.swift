import ArgumentParser
import VaultAudit
import VaultCore
import VaultStore

struct ConfigVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show and change the settings of this copy of the vault.",
    discussion: """
      Without a name it lists what is set, with a name it prints that value, with a value it sets it. They count where \
      neither an option nor the environment (VAULT_KEY, VAULT_PERIOD) gives the value, and are no part of the vault: \
      a copy need not have them.

        key     the key file that signs; its absolute path is kept
        period  the period of verbs that name none
        samples.annual, .quarterly, .monthly, .weekly, .daily, .many
                how many records 'vault sample draw' draws where it is not told

      """ + exitCodes)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "key, period or samples.FREQUENCY.")
  var name: String?

  @Argument(help: "The new value.")
  var value: String?

  @Flag(help: "Forget the value.")
  var unset = false

  func run(_ context: Context, _ out: Output) throws -> ExitCode {
    let folder = try global.open(context).folder
    var settings = try Configuration.load(context.files, root: folder.root)
    if let size = name.flatMap(SampleSizeSetting.init) { return try run(size, &settings, folder, out) }
    let setting = try name.map(Self.setting)
    if unset || value != nil {
      guard let setting, !unset || value == nil else {
        throw CommandError(.usage, "--unset takes the name of a setting and no value")
      }
      settings[setting] = try value.map { try setting.value($0, context) }
      try settings.save(folder)
      if global.quiet { return .done }
    }
    try show(setting, settings, out)
    return .done
  }

  private func run(
    _ size: SampleSizeSetting, _ settings: inout Configuration, _ folder: VaultFolder, _ out: Output
  ) throws -> ExitCode {
    if unset || value != nil {
      guard !unset || value == nil else {
        throw CommandError(.usage, "--unset takes the name of a setting and no value")
      }
      settings.sizes[size.frequency] = try value.map { try size.value($0) }
      try settings.save(folder)
      if global.quiet { return .done }
    }
    // What is not set is the conventional size, which counts all the same.
    let counts = settings.sampleSizes.sizes[size.frequency] ?? 0
    if global.json { out.json(.make([(size.name, .integer(counts))])) } else { out.line(String(counts)) }
    return .done
  }

  private static func setting(_ name: String) throws -> Setting {
    if let setting = Setting(rawValue: name) { return setting }
    let known = (Setting.allCases.map(\.rawValue) + ["samples.FREQUENCY"]).joined(separator: ", ")
    throw CommandError(.usage, "there is no setting \"\(printable(name))\"", hint: "settings are \(known)")
  }

  private func show(_ setting: Setting?, _ settings: Configuration, _ out: Output) throws {
    let shown = setting.map { [$0] } ?? Setting.allCases
    if global.json {
      let sizes = setting == nil ? settings.sizes : [:]
      return out.json(
        .make(
          shown.map { setting in (setting.rawValue, settings[setting].map { .string($0) }) }
            + sizes.map { (SampleSizeSetting($0).name, .integer($1)) }))
    }
    guard let setting else {
      for setting in Setting.allCases {
        if let value = settings[setting] {
          out.line("\(Rendering.column(setting.rawValue, 6))  \(printable(value))")
        }
      }
      for frequency in SampleSizes.Frequency.allCases {
        if let size = settings.sizes[frequency] {
          out.line("\(SampleSizeSetting(frequency).name)  \(size)")
        }
      }
      return
    }
    if let value = settings[setting] { return out.line(printable(value)) }
    guard unset else {
      throw CommandError(
        .usage, "\(setting.rawValue) is not set", hint: "'vault config \(setting.rawValue) VALUE' sets it")
    }
  }
}
