import CLibCrypto

/// Memory for secrets, overwritten before it is freed.
final class SecretBytes {
  private let storage: UnsafeMutableRawBufferPointer
  private(set) var count: Int

  /// Room for `capacity` bytes; `fill` writes them and says how many there are.
  init(
    capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(SigningError) -> Int
  ) throws(SigningError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(capacity, 1), alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    storage = memory
    count = 0
    count = try fill(memory)
    precondition(count >= 0 && count <= memory.count)
  }

  deinit {
    OPENSSL_cleanse(storage.baseAddress, storage.count)
    storage.deallocate()
  }

  /// Gives the bytes to `body`; they do not outlive it.
  func withBytes<R>(
    _ body: (UnsafeRawBufferPointer) throws(SigningError) -> R
  ) throws(SigningError) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[..<count]))
  }
}
