/// A form of a report that is made record by record, whatever their number.
protocol RecordExport {
    /// What stands before the first record.
    func opening() throws(ReportError) -> [UInt8]

    /// What stands for a record.
    mutating func bytes(for record: ImageRecord) throws(ReportError) -> [UInt8]

    /// What stands after the last record.
    func closing() throws(ReportError) -> [UInt8]
}
