import VaultStore

/// What a block is by its pack's footer.
struct BlockRole {
  /// The objects that begin in the block, or the one that goes on in it.
  let objects: Range<Int>
  /// Whether the block continues the object of the block before.
  let continues: Bool
  /// Whether the object goes on in the next block.
  let unfinished: Bool

  /// Whether the block is one of several that make up one object.
  var isRun: Bool { continues || unfinished }
}

/// Walks a footer's blocks and objects side by side. The footer was checked to fit itself.
struct BlockCursor {
  private var next = 0
  private var left: UInt64 = 0

  /// The role of the next block.
  mutating func take(_ block: PackFooter.Block, _ objects: [PackFooter.Object]) -> BlockRole {
    if left > 0 {
      left -= UInt64(block.rawLength)
      return BlockRole(objects: next - 1..<next, continues: true, unfinished: left > 0)
    }
    let begun = next..<next + block.starts
    next += block.starts
    let sum = objects[begun].reduce(UInt64(0)) { $0 + $1.length }
    left = sum - UInt64(block.rawLength)
    return BlockRole(objects: begun, continues: false, unfinished: left > 0)
  }
}
