import VaultCore

extension Workpaper {
  /// An empty workpaper for records; `idField` points to each one's id.
  public init(records: [RecordProof], idField: String?) throws {
    let pointer = try idField.map { try FieldPointer($0) }
    self.init(
      rows: records.map { record in
        let value = pointer.flatMap { record.bytes.withBytes($0.find) }
        return Row(
          record: Int(record.record), id: value?.text ?? "", hash: ObjectID(of: record.bytes).hex)
      })
  }
}
