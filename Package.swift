// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// One library of the vault; `dependencies` may only name targets above it in this file.
func library(
  _ name: String, _ dependencies: [Target.Dependency], linked: [LinkerSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linked)
}

// Behind the shared library, which has all else: OpenSSL's hashing of two messages at once is in its static library only, and
// only for this processor. (A manifest knows the machine that builds, not another that is built for.)
#if arch(x86_64)
  let hashesOfTwo: [LinkerSetting] = [.linkedLibrary(":libcrypto.a")]
#else
  let hashesOfTwo: [LinkerSetting] = []
#endif

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// The fuzzer, which 'make fuzz' builds: with it in the package, everything is built for it.
let fuzzer: [Target] =
  Context.environment["VAULT_FUZZER"] == nil
  ? []
  : [
    .executableTarget(
      name: "fuzz",
      dependencies: ["VaultRemote", "VaultFsck", "VaultStore", "VaultSigning", "VaultFiles", "VaultCore"],
      path: "Fuzz", exclude: ["seeds.py"],
      swiftSettings: strict)
  ]

let package = Package(
  name: "vault",
  products: [.executable(name: "vault", targets: ["vault"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    library("VaultCore", ["CLibCrypto"], linked: hashesOfTwo),
    library("VaultFiles", ["CLinux"]),
    library("VaultStore", ["VaultCore", "VaultFiles", "CZstd", "CDeflate"]),
    library("VaultSigning", ["VaultCore", "CLibCrypto"]),
    library("VaultFsck", ["VaultCore", "VaultFiles", "VaultStore", "VaultSigning"]),
    library("VaultAudit", ["VaultCore", "VaultFiles", "VaultStore", "VaultSigning"]),
    library(
      "VaultRemote",
      ["VaultCore", "VaultFiles", "VaultStore", "VaultSigning", "VaultFsck", "VaultAudit", "CLinux"]),
    library(
      "VaultCommands",
      [
        "VaultCore", "VaultFiles", "VaultStore", "VaultSigning", "VaultFsck", "VaultAudit", "VaultRemote",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "vault", dependencies: ["VaultCommands", "CLinux"], swiftSettings: strict),

    tests("VaultCoreTests", ["VaultCore"]),
    tests(
      "CommandTests",
      ["vault", "VaultCommands", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      exclude: ["scripts"]),
    tests("VaultFilesTests", ["VaultFiles"]),
    tests("VaultStoreTests", ["VaultStore", "VaultCore", "VaultFiles", "CZstd"]),
    tests("VaultSigningTests", ["VaultSigning", "VaultCore"]),
    tests("VaultFsckTests", ["VaultFsck", "VaultStore", "VaultCore", "VaultFiles", "VaultSigning"]),
    tests(
      "CrashTests", ["VaultAudit", "VaultFsck", "VaultStore", "VaultSigning", "VaultCore", "VaultFiles"]),
    tests(
      "AuditTests",
      ["VaultAudit", "VaultFsck", "VaultStore", "VaultSigning", "VaultCore", "VaultFiles"]),
    tests(
      "TrustTests",
      ["VaultAudit", "VaultFsck", "VaultStore", "VaultSigning", "VaultCore", "VaultFiles"]),
    tests(
      "RemoteTests",
      [
        "VaultRemote", "VaultAudit", "VaultFsck", "VaultStore", "VaultSigning", "VaultCore", "VaultFiles",
      ]),
    tests(
      "FormatTests",
      ["VaultCore", "VaultFiles", "VaultStore", "VaultSigning", "VaultFsck", "VaultRemote"],
      exclude: ["read_vault.py"]),
  ] + fuzzer
)
