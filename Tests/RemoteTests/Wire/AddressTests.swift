import Testing
import VaultRemote

@Suite struct AddressTests {
  private func ssh(_ text: String) throws -> RemoteURL.SSHPlace? {
    guard case .ssh(let place) = try RemoteURL(text) else { return nil }
    return place
  }

  /// User, host, port and path in one text.
  private func shown(_ text: String) throws -> String? {
    try ssh(text).map { "\($0.user ?? "-") \($0.host) \($0.port ?? 0) \($0.path)" }
  }

  @Test func `the forms of ssh are read`() throws {
    let forms = [
      "ssh://vault.example/acme.vault": "- vault.example 0 acme.vault",
      "ssh://git@vault.example:2222/acme.vault": "git vault.example 2222 acme.vault",
      "ssh://vault.example///srv//./acme.vault/": "- vault.example 0 srv/acme.vault",
      "ssh://vault.example/acme%20one": "- vault.example 0 acme one",
      "ssh://[::1]:22/a": "- ::1 22 a", "ssh://u@[fe80::1%25eth0]/a": "u fe80::1%25eth0 0 a",
      "vault.example:acme.vault": "- vault.example 0 acme.vault",
      "me@corp@vault_1.example:/srv/acme%20": "me@corp vault_1.example 0 srv/acme%20",
      "alias:a:b@c": "- alias 0 a:b@c", "[::1]:a/b": "- ::1 0 a/b", "u@[::1]:a": "u ::1 0 a",
    ]
    for (text, place) in forms { #expect(try shown(text) == place, "\(text)") }
  }

  @Test func `local forms are read`() throws {
    let forms = [
      "/srv/acme": "/srv/acme", "../acme": "../acme", "acme": "acme", "./a:b": "./a:b", "a/b:c": "a/b:c",
      "file:///srv/acme%2dx": "/srv/acme-x", "file://localhost/srv": "/srv", "~/a": "~/a",
    ]
    for (text, path) in forms { #expect(try RemoteURL(text) == .local(path: path), "\(text)") }
  }

  @Test(arguments: [
    "", "\0", "a\0b", "/srv/a\nb", "host:a\u{1B}[m", "ssh://", "ssh:///path", "ssh://host", "ssh://host/",
    "ssh://host//./", "host:", "host:/", ":path", "@host:path", "ssh://@host/a",
    "-oProxyCommand=id:path", "ssh://-oProxyCommand=id/path", "ssh://-l@host/a", "-l@host:a", "u@-host:a",
    "ssh://[-oProxyCommand=id]/a", "ssh://[::1/a", "ssh://[::1]x/a", "ssh://[host]/a", "[::1]a",
    "ssh://host:/a", "ssh://host:0/a", "ssh://host:65536/a", "ssh://host:+22/a", "ssh://host:022/a",
    "ssh://host:22x/a", "ssh://host/../a", "ssh://host/a/..", "ssh://host/%2e%2e/a", "host:../a",
    "ssh://host/a%0ab", "ssh://host/a%00", "ssh://host/a%", "ssh://host/a%zz", "ssh://host/%ff",
    "ssh://ho st/a", "ho$(id)st:a", "ssh://ho`id`/a", "u;id@host:a", "u ser@host:a", "hôst:a",
    "https://host/a", "git+ssh://host/a", "file://host/a", "file://", "file://a",
  ])
  func `an address that could mean something else is refused`(text: String) {
    let error = #expect(throws: TransportError.self) { try RemoteURL(text) }
    #expect(error?.code == .badAddress)
  }

  @Test func `an address and a path have their limits`() throws {
    #expect(throws: TransportError.self) { try RemoteURL("host:" + String(repeating: "a", count: 1025)) }
    #expect(try ssh("host:" + String(repeating: "a", count: 1024)) != nil)
    #expect(throws: TransportError.self) { try RemoteURL("/" + String(repeating: "a", count: 4096)) }
  }

  @Test func `names of remotes are names of files`() {
    for name in ["origin", "0", "a.b-c", String(repeating: "a", count: 64)] {
      #expect(RemoteName(name) != nil)
    }
    for name in ["", ".", "..", "-a", "A", "a/b", "a_b", "ä", String(repeating: "a", count: 65)] {
      #expect(RemoteName(name) == nil)
    }
  }
}
