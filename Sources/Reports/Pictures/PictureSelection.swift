/// Which pictures flagged images get.
public enum PictureSelection: String, Sendable, CaseIterable {
    /// All of them.
    case all
    /// Those that a page of the report needs.
    case essential
    /// None.
    case none

    /// Whether a picture is drawn.
    public func contains(_ picture: FlaggedPicture) -> Bool {
        switch (self, picture) {
        case (.all, _): true
        case (.essential, .thumbnail), (.essential, .image), (.essential, .heatmap): true
        case (.essential, .crop): true
        default: false
        }
    }
}
