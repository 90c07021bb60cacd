internal import Files

/// A folder in the layout that anomaly-detection datasets share.
///
/// `train/good`, `test/good`, `test/<defect>` and, where there are masks, `ground_truth/<defect>/<name>_mask.png`.
struct DatasetFolder: Sendable {
    let path: RawPath

    /// Checks the layout.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - needsTraining: Whether `train/good` must be there.
    /// - Throws: ``RunError/notADataset(_:missing:)``.
    init(path: RawPath, needsTraining: Bool) throws(RunError) {
        self.path = path
        for (part, isNeeded) in [
            ("test", true), ("test/good", true), ("train/good", needsTraining),
        ] where isNeeded {
            guard Folder(path.appending(RawPath(part)).description).isFolder(followingLinks: true)
            else {
                throw .notADataset(path.description, missing: part)
            }
        }
    }

    var normal: RawPath { path.appending(RawPath("train/good")) }
    var test: RawPath { path.appending(RawPath("test")) }

    /// The kind of a test image: the first component of its path below `test`.
    static func kind(of relativePath: RawPath) -> String {
        String(relativePath.description.prefix { $0 != "/" })
    }

    /// Whether images of a kind are normal.
    static func isNormal(_ kind: String) -> Bool { kind == "good" }

    /// Where the mask of a test image would be.
    func mask(of relativePath: RawPath) -> RawPath {
        path.appending(RawPath("ground_truth"))
            .appending(MaskFile.path(for: relativePath, ending: "_mask.png"))
    }
}
