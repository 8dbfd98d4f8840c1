import CLibCrypto
import Glibc

/// The one call of posix_spawn(3).
enum Spawn {
  /// Starts the program with these descriptors as its 0, 1 and 2 (its 2 is ours where prompts are allowed)
  /// and, unless it is none, `extra` as its 3; gives its process id.
  static func start(
    _ request: ProcessRequest, environment: [String], input: borrowing Descriptor,
    output: borrowing Descriptor, errors: borrowing Descriptor,
    extra: borrowing Descriptor
  ) throws(SigningError) -> pid_t {
    let words = [request.program] + request.arguments
    guard !(words + environment).contains(where: { $0.utf8.contains(0) }) else {
      throw SigningError(.spawnFailed, "an argument or variable of the program holds a zero byte")
    }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let further = extra.number < 0 ? [] : [extra.number]
    let errorTarget = request.allowsPrompts ? 2 : errors.number
    let prepared =
      add([input.number, output.number, errorTarget] + further, to: &actions)
      && setSignals(&attributes, newSession: !request.allowsPrompts)
    guard prepared else { throw SigningError(.spawnFailed, "the program's start could not be prepared") }
    var process: pid_t = 0
    let result = withCStrings(words) { words in
      withCStrings(environment) { posix_spawnp(&process, request.program, &actions, &attributes, words, $0) }
    }
    guard result == 0 else {
      throw SigningError(.spawnFailed, "\(request.program) could not be started, errno \(result)")
    }
    return process
  }

  /// The descriptors as 0 and following. Ours are all above 2, so only the fourth can be taken already, by one
  /// that has its new number by then.
  private static func add(_ sources: [Int32], to actions: inout posix_spawn_file_actions_t) -> Bool {
    for (target, source) in sources.enumerated() {
      guard posix_spawn_file_actions_adddup2(&actions, source, Int32(target)) == 0 else { return false }
    }
    return posix_spawn_file_actions_addclosefrom_np(&actions, Int32(sources.count)) == 0
  }

  /// No signal blocked, SIGPIPE at its default, and a session without a terminal where asked for.
  private static func setSignals(_ attributes: inout posix_spawnattr_t, newSession: Bool) -> Bool {
    var none = sigset_t()
    var restored = sigset_t()
    sigemptyset(&none)
    sigemptyset(&restored)
    sigaddset(&restored, SIGPIPE)
    var flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    if newSession { flags |= setSession }
    return posix_spawnattr_setsigmask(&attributes, &none) == 0
      && posix_spawnattr_setsigdefault(&attributes, &restored) == 0
      && posix_spawnattr_setflags(&attributes, flags) == 0
  }

  /// `POSIX_SPAWN_SETSID` of glibc.
  private static let setSession: Int16 = 0x80

  private static func withCStrings<R>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
  ) -> R {
    let pointers = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
    pointers[strings.count] = nil
    defer {
      for pointer in pointers { free(pointer) }
      pointers.deallocate()
    }
    guard let base = pointers.baseAddress else { preconditionFailure("a list of at least one") }
    return body(base)
  }
}
