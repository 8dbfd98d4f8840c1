import Testing
import VaultCore

@Suite struct GlobTests {
  @Test(arguments: [
    ("CC*/**", "CC6.1/okta/users.json", true), ("CC*/**", "CC6.1", true), ("CC*/**", "DD/x", false),
    ("**", "a/b/c", true), ("*", "a", true), ("*", "a/b", false), ("a/**/z", "a/z", true),
    ("a/**/z", "a/b/c/z", true), ("a/**/z", "a/b/c", false), ("a*c/d", "abbc/d", true),
    ("a*c/d", "ab/d", false),
    ("soc2-*", "soc2-2026-h1", true), ("soc2-*", "iso-2026", false), ("CC6.1", "CC6X1", false),
    ("CC*/**", "cc6/x", false), ("*a*a*a*", "aa", false), ("*a*a*a*", "xaxaxa", true),
  ])
  func `a pattern covers whole paths, stars within a segment`(pattern: String, path: String, covers: Bool)
    throws
  {
    #expect(try Glob(pattern).matches(path) == covers)
  }

  @Test(arguments: [
    "", "/", "a//b", "/a", "a/", "a**", "**b/c", "a\u{1}b", String(repeating: "x", count: 1025),
  ])
  func `a pattern that is none is refused`(pattern: String) {
    #expect(throws: FormatError.self) { try Glob(pattern) }
  }

  @Test func `a hostile pattern costs no exponential time`() throws {
    let pattern = String(repeating: "**/", count: 100) + "x"
    let path = String(repeating: "a/", count: 400) + "b"
    #expect(try !Glob(pattern).matches(path))
    let stars = String(repeating: "*a", count: 100)
    #expect(try !Glob(stars).matches(String(repeating: "a", count: 99) + "b"))
  }
}
