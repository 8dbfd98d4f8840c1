import VaultCore

extension RefIndex {
  /// Whether a path of the ref lies in exactly this folder.
  public func holds(folder: String) -> Bool {
    let exact = Array(folder.utf8) + [UInt8(ascii: "/")]
    let prefix = EvidencePath.fold(folder) + [UInt8(ascii: "/")]
    return look { segments in
      PathMerge(segments, from: prefix).lazy.prefix { $0.key.starts(with: prefix) }
        .contains { $0.path.starts(with: exact) }
    }
  }

  /// The first names at the top, at most `limit`; a folder's ends in `/`.
  public func topNames(limit: Int) -> [String] { look { Self.topNames($0, limit: limit) } }

  private static func topNames(_ segments: [IndexSegment], limit: Int) -> [String] {
    let slash = UInt8(ascii: "/")
    var names: [String] = []
    var from: [UInt8] = []
    while names.count < limit, let record = PathMerge(segments, from: from).first(where: { _ in true }) {
      names.append(String(decoding: record.path.prefix { $0 != slash }, as: UTF8.self))
      let name = record.key.prefix { $0 != slash }
      if name.count < record.key.count {
        names[names.count - 1] += "/"
        // The first key behind all that lie in the folder.
        from = name + [slash + 1]
      } else {
        from = name + [0]
      }
    }
    return names
  }
}
