import Glibc
import Testing
import VaultFiles

/// Every operation that writes, broken off at every call.
@Suite struct `Whatever happens to an operation` {
  @Test(arguments: Scene.allCases)
  func `a failed call is told or harmless, whatever its errno`(_ scene: Scene) throws {
    let disk = try scene.disk()
    let calls = try Scene.calls(disk, scene.play)
    let aftermath = Aftermath()
    for (number, call) in calls.enumerated() {
      // The calls of one commit have had every errno already.
      let errnos = scene == .series ? call.plausible.prefix(1) : call.plausible[...]
      var effects = errnos.map { Fault.Effect.fail(errno: $0) }
      if call.operation == "write" {
        effects += [.failWriting(bytes: 1, errno: ENOSPC), .failWriting(bytes: 100, errno: EIO)]
      }
      for (index, effect) in effects.enumerated() {
        let (left, told) = Scene.run(disk, [Fault(at: number, counting: .all, effect)], scene.play)
        let place = "\(scene.rawValue): \(effect) at call \(number), \(call.operation) of \(call.path)"
        #expect(left.openDescriptors == 0 && left.openMappings == 0 && left.strayCloses == 0, "\(place)")
        let seed = UInt64(number * 10 + index)
        try aftermath.check(left.crash(seed: seed), told, "\(place), then cut \(seed)")
        try aftermath.check(left.copy(), told, place)
      }
    }
  }

  @Test(arguments: Scene.allCases)
  func `a power cut takes nothing that was told`(_ scene: Scene) throws {
    let disk = try scene.disk()
    let calls = try Scene.calls(disk, scene.play).filter(\.mutates)
    let aftermath = Aftermath()
    var seed: UInt64 = 0
    for (number, call) in calls.enumerated() {
      var effects = [Fault.Effect.die]
      if call.operation == "write" { effects += [.dieWriting(bytes: 60), .dieWriting(bytes: 600)] }
      for effect in effects {
        let (left, told) = Scene.run(disk, [Fault(at: number, effect)], scene.play)
        let place = "\(scene.rawValue): \(effect) at change \(number), \(call.operation) of \(call.path)"
        for _ in 0..<(effect == .die ? 16 : 8) {
          try aftermath.check(left.crash(seed: seed), told, "\(place), cut \(seed)")
          seed += 1
        }
        try aftermath.check(left.copy(), told, "\(place), no cut")
      }
    }
    let (left, told) = Scene.run(disk, [], scene.play)
    for _ in 0..<50 {
      try aftermath.check(left.crash(seed: seed), told, "\(scene.rawValue): cut \(seed) after all of it")
      seed += 1
    }
    #expect(aftermath.differing > calls.count / 2)
  }

  @Test(arguments: Scene.allCases)
  func `nothing is built on what a power cut may still take`(_ scene: Scene) throws {
    let disk = try scene.disk()
    let calls = try Scene.calls(disk, scene.play).filter(\.mutates)
    let aftermath = Aftermath()
    var seed: UInt64 = 100_000
    for number in calls.indices {
      // The first process dies, the power stays on, and the second one finds what was never synced. It gets so
      // far, or dies too, and then the power is cut.
      for (steps, death) in [(1, nil), (2, nil), (4, number * 7 % 40), (4, nil)] as [(Int, Int?)] {
        for _ in 0..<3 {
          let (left, first) = Scene.run(disk, [Fault(at: number, .die)], scene.play)
          let faults = death.map { [Fault(at: $0, .die)] } ?? []
          let told = Scene.process(on: left, faults, after: first) { session in
            if (try? session.open()) == nil { try session.initialize(nonce: 3) }
            try Aftermath.goOn(&session, steps: steps)
          }
          let how = death.map { "died at \($0)" } ?? "did \(steps) steps"
          try aftermath.check(
            left.crash(seed: seed), told,
            "\(scene.rawValue): died at change \(number), then \(how), cut \(seed)")
          seed += 1
        }
      }
    }
  }

  @Test(arguments: Scene.allCases)
  func `nothing is built on what a failed fsync left in memory`(_ scene: Scene) throws {
    let disk = try scene.disk()
    let calls = try Scene.calls(disk, scene.play).filter(\.mutates)
    let aftermath = Aftermath()
    var seed: UInt64 = 200_000
    for (number, call) in calls.enumerated() where call.operation == "fsync" {
      // The first process is told that its fsync failed, and ends. The second one reads what the disk never got, and its
      // own fsyncs succeed.
      for steps in [1, 2, 4, 6] {
        for errno in [EIO, ENOSPC] {
          let (left, first) = Scene.run(disk, [Fault(at: number, .fail(errno: errno))], scene.play)
          let told = Scene.process(on: left, [], after: first) { session in
            if (try? session.open()) == nil { try session.initialize(nonce: 3) }
            // The same again, as whoever was told of a failure tries.
            try? scene.play(&session)
            try Aftermath.goOn(&session, steps: steps)
          }
          try aftermath.check(
            left.crash(seed: seed), told,
            "\(scene.rawValue): fsync of \(call.path) failed (change \(number)), then \(steps) steps, cut \(seed)"
          )
          seed += 1
        }
      }
    }
  }
}
