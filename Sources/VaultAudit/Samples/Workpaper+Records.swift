import VaultCore

extension Workpaper {
  /// An empty workpaper for records; `idField` points to each one's id.
  public init(records: [RecordProof], idField: String?) throws {
    let fields = RecordFields(try idField.map { [try RecordFields.pointer($0)] } ?? [])
    self.init(
      rows: records.map { record in
        let id = record.bytes.withBytes { bytes in
          fields.read(bytes)
          return idField == nil ? nil : fields[0].map { ComparedValue($0).text }
        }
        return Row(record: Int(record.record), id: id ?? "", hash: ObjectID(of: record.bytes).hex)
      })
  }
}
