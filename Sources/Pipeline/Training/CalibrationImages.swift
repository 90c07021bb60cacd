package import Scoring

/// The normal images that scores are calibrated on: all, or so many from each fold, evenly spread.
///
/// Their held-out maps are kept to the end of training, and with them its memory is bounded. Each fold has its own
/// selection, since places at equal distances may all be of one fold.
package struct CalibrationImages: Sendable {
    private let folding: Folding
    private let selections: [EvenSelection]

    /// Creates a choice.
    ///
    /// - Parameters:
    ///   - images: The inputs of the walk.
    ///   - most: The most that are chosen, and at least one a fold.
    ///   - folding: The folds.
    package init(images: Int, most: Int, folding: Folding) {
        self.folding = folding
        let folds = folding.folds
        selections = (0..<folds).map { fold in
            EvenSelection(
                count: (images + folds - 1 - fold) / folds,
                most: max(1, (most + folds - 1 - fold) / folds)
            )
        }
    }

    /// Whether an image is one of those, by its place in the walk.
    package func includes(_ place: Int) -> Bool {
        selections[folding.fold(of: place)].includes(place / folding.folds)
    }
}
