import Glibc

/// The cores that this process may use.
enum Cores {
  /// Their numbers; none where the system does not say.
  static let allowed: [Int] = {
    var set = cpu_set_t()
    guard affinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return [] }
    return withUnsafeBytes(of: set) { bytes in
      (0..<8 * bytes.count).filter { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    }
  }()

  /// Has a thread that was just made begin on the `worker`th core after the caller's, and go on on any.
  ///
  /// Linux often has it begin on its maker's core, where it waits; and where work lasts for some hundredths of a second only,
  /// the two may share one core to the end, while the others rest.
  static func place(_ thread: pthread_t, _ worker: Int) {
    let here = currentCore()
    guard allowed.count > 1, let place = allowed.firstIndex(of: Int(here)) else { return }
    setAffinity(thread, [allowed[(place + worker) % allowed.count]])
    setAffinity(thread, allowed)
  }

  private static func setAffinity(_ thread: pthread_t, _ cores: [Int]) {
    var set = cpu_set_t()
    withUnsafeMutableBytes(of: &set) { bytes in
      for core in cores { bytes[core / 8] |= 1 << UInt8(core % 8) }
    }
    _ = threadAffinity(thread, MemoryLayout<cpu_set_t>.size, &set)
  }
}
