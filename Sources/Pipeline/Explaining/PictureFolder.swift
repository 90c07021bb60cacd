internal import Files
internal import ImageCodec
internal import Reports

/// A folder that pictures, a page and a record are written to, each whole or not at all.
///
/// Files of the same names are replaced. The folder is marked as a report's, so that scans pass it by.
struct PictureFolder {
    private let folder: Folder

    /// Creates the folder.
    ///
    /// - Throws: ``RunError/unwritablePath(_:reason:)``.
    init(_ folder: Folder) throws(RunError) {
        self.folder = folder
        do throws(FileError) {
            try folder.create()
            _ = try OutputFile(folder.path(of: ReportFolder.marker), mode: .keeping)
        } catch {
            throw RunError.unwritablePath(error.path, reason: error.reason)
        }
    }

    /// Writes the pictures, then the page, then the record.
    ///
    /// - Throws: ``RunError/unwritablePath(_:reason:)``; a new record then is not there.
    func write(
        _ pictures: [String: [UInt8]],
        page: [UInt8],
        record: [UInt8],
        named name: String
    ) throws(RunError) {
        for picture in pictures.keys.sorted() {
            try folder.write(pictures[picture] ?? [], to: picture)
        }
        try folder.write(page, to: "index.html")
        try folder.write(record, to: name)
    }
}

extension Folder {
    /// Writes a file below the folder, whole or not at all; folders on its way are created.
    ///
    /// - Throws: ``RunError/unwritablePath(_:reason:)``.
    func write(_ bytes: [UInt8], to name: String) throws(RunError) {
        let path = path(of: name)
        do throws(FileError) {
            try Folder(containing: path).create()
            try AtomicFile.write(bytes, to: path)
        } catch {
            throw RunError.unwritablePath(path, reason: error.reason)
        }
    }
}

/// Pictures as PNG files, by name.
struct PictureSet: Sendable {
    private(set) var files: [String: [UInt8]] = [:]
    /// Of zlib's levels; higher ones take several times as long for some per cent of the size.
    private static let compression = 5

    /// Adds a picture unless one of that name is there.
    ///
    /// - Returns: The name.
    mutating func add(
        _ name: String,
        _ picture: @autoclosure () -> PixelImage
    ) throws(EncodeError) -> String {
        if files[name] == nil {
            files[name] = try ImageWriter.png(picture(), compression: Self.compression)
        }
        return name
    }

    /// A part of a file name for a layer: numbered, since names of encoders may be any text.
    static func stem(encoder number: Int, _ name: String, layer: Int) -> String {
        "\(number)-\(safe(name))-layer\(layer)"
    }

    /// A part of a file name for a text: other characters than ASCII letters, digits and `-` become `_`.
    static func safe(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(48).map { scalar -> Character in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-": Character(scalar)
                default: "_"
                }
            }
        )
    }
}
