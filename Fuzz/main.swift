import Glibc

/// libFuzzer's loop (LLVM's FuzzerInterface.h): tries inputs until its arguments say that it is enough, and keeps one that
/// ends the program as a file, which is tried again where its name is an argument.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ tryOne: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
  runDriver(&count, &arguments) { bytes, count in
    Door.chosen.enter(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
  })
