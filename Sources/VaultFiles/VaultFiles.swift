// The nouns of this library, the only one of the vault that makes system calls.
//
// layer      A ``FileLayer``: one method for each system call. ``SystemFiles`` is the real one.
// file       A ``File`` owns a descriptor and closes it once; ``SharedFile`` has several owners.
// mapping    A ``MappedFile`` holds a file's bytes as memory.
// durable    Survives a power cut: content by fsync of the file, a name by fsync of its folder.
// poisoned   Said of a file whose fsync failed: nothing more is written to it.
// appender   A ``DurableAppender`` is the end of a log; its `sync()` is the commit point.
// passing    Said of a file under the name `.tmp-…`, on its way to being renamed; safe to delete.
// worker     A thread of ``Parallel``; workers meet at an ``OrderedGate`` or a ``WorkQueue``.
// fault      What ``FaultingFiles`` does to one call.
// crash      A power cut of ``MemoryFiles``, which loses any part of what was not synced.
