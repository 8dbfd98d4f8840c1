import ArgumentParser

struct PopulationGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "population", abstract: "Take in populations that are complete, and prove their records.",
    subcommands: [
      PopulationAdd.self, PopulationList.self, PopulationShow.self, PopulationVerify.self,
      PopulationRecord.self,
    ])
}
