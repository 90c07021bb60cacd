/// The size of a picture of an image: the image's own, or less for large ones.
package struct PictureSize: Equatable {
    let width: Int
    let height: Int

    /// Reduces a size, keeping its proportions, so that no side is longer than `longestSide`.
    package init(width: Int, height: Int, longestSide: Int) {
        precondition(width > 0 && height > 0 && longestSide > 0, "sizes must be positive")
        let longest = max(width, height)
        guard longest > longestSide else {
            self.width = width
            self.height = height
            return
        }
        func reduced(_ side: Int) -> Int { max((side * longestSide + longest / 2) / longest, 1) }
        self.width = reduced(width)
        self.height = reduced(height)
    }
}
