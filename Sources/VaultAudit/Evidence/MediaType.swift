/// Media types by file ending, as far as evidence commonly uses them; a hint for people and reports, never for
/// how bytes are stored.
public enum MediaType {
  private static let table: [String: String] = [
    "json": "application/json", "ndjson": "application/x-ndjson", "jsonl": "application/x-ndjson",
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "log": "text/plain",
    "md": "text/markdown", "html": "text/html", "htm": "text/html", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "pdf": "application/pdf", "png": "image/png",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "svg": "image/svg+xml", "zip": "application/zip",
    "gz": "application/gzip", "tar": "application/x-tar", "sql": "application/sql", "eml": "message/rfc822",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ]

  private static let unknown = "application/octet-stream"

  /// The media type of a path's last ending; `application/octet-stream` for unknown ones.
  public static func of(_ path: String) -> String {
    let bytes = path.utf8
    let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > name else { return unknown }
    return table[path[bytes.index(after: dot)...].lowercased()] ?? unknown
  }
}
