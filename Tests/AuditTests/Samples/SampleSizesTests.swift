import Testing
import VaultAudit

struct SampleSizesTests {
  @Test func `a size goes by frequency, else by how many records there are, and is never more than these`() {
    let sizes = SampleSizes()
    #expect([1, 4, 12, 52, 250, 10_000].map { sizes.size(nil, count: $0) } == [1, 2, 2, 5, 20, 25])
    #expect(sizes.size(.many, count: 10) == 10 && sizes.size(.weekly, count: 10_000) == 5)
    #expect(SampleSizes([.daily: 40]).size(.daily, count: 1000) == 40)
  }
}
