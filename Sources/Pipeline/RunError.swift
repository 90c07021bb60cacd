/// Why a run can't go on.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no image below these paths.
    case noImages(paths: [String])
    /// There are too few readable images to learn from.
    case tooFewImages(paths: [String], usable: Int)
    /// The images changed while they were learned from.
    case inputsChanged(String)
    /// There is no readable image among those that should show defects.
    case noAnomalousImages(paths: [String])
    /// The declaration of the model makes no sense.
    case unusableConfiguration(String)
    /// The content of a model file can't be used.
    case unusableModel(String, reason: String)
    /// A path that was given does not lead to anything that can be read.
    case unreadablePath(String, reason: String)
    /// Two of the paths to read lead to the same files.
    case overlappingPaths(String, String)
    /// A path that is to be written can't be.
    case unwritablePath(String, reason: String)
    /// A dataset folder does not have the expected layout.
    case notADataset(String, missing: String)

    /// One line for a person: what is wrong, where, what to do.
    public var description: String {
        switch self {
        case .noImages(let paths):
            "no PNG or JPEG files in \(paths.joined(separator: ", ")): check the path, or pass "
                + "--all-names when the files have other endings"
        case .tooFewImages(let paths, let usable):
            "\(usable) readable images in \(paths.joined(separator: ", ")): a model needs at "
                + "least 2 normal images, and better 20"
        case .inputsChanged(let what):
            "the normal images changed during training (\(what)): start again when nothing is "
                + "written to their folder"
        case .noAnomalousImages(let paths):
            "no readable image in \(paths.joined(separator: ", ")): --anomalous takes a folder of "
                + "PNG or JPEG files that show defects"
        case .unusableConfiguration(let problem):
            "the declaration of the model is wrong: \(problem)"
        case .unusableModel(let path, let reason):
            "\(path): \(reason)"
        case .unreadablePath(let path, let reason):
            "can't read \(path): \(reason)"
        case .overlappingPaths(let path, let other):
            path == other
                ? "\(path) is given twice: name it once"
                : "\(path) would be read twice, being also in \(other): name one of them"
        case .unwritablePath(let path, let reason):
            "can't write \(path): \(reason)"
        case .notADataset(let path, let missing):
            "\(path) is no dataset folder: \(missing) is missing (expected train/good, test/good "
                + "and test/<defect>)"
        }
    }
}
