package import ImageCodec

/// Finds where a flaw shows, by comparing the picture with the same picture without it.
package enum FlawMask {
    /// A change is seen where a channel differs by more grey levels than this.
    package static let visibleChange = 5

    /// Areas of fewer pixels than this, far from others, are specks that no one sees.
    private static let smallestArea = 5

    /// Marks the pixels that differ visibly.
    ///
    /// Gaps of up to two pixels in a marked area are closed and specks are left out.
    ///
    /// - Parameters:
    ///   - flawed: The picture with the flaw.
    ///   - sound: The same picture without it, of the same size.
    /// - Returns: A grey image, 255 where the flaw shows and 0 elsewhere.
    package static func between(_ flawed: PixelImage, and sound: PixelImage) -> PixelImage {
        precondition(
            flawed.width == sound.width && flawed.height == sound.height
                && flawed.channels == sound.channels,
            "the pictures must have one size"
        )
        let (width, height) = (flawed.width, flawed.height)
        // Dilation grows into the margin, and erosion must find unmarked pixels beyond that.
        let margin = 2
        var marked = Plane(width: width + 2 * margin, height: height + 2 * margin)
        for row in 0..<height {
            for column in 0..<width {
                let first = (row * width + column) * flawed.channels
                marked[row + margin, column + margin] = (first..<first + flawed.channels).contains {
                    index in
                    let change = Int(flawed.levels[index]) - Int(sound.levels[index])
                    return change.magnitude > visibleChange
                }
            }
        }
        // Closing: dilation, then erosion as the dilation of the rest.
        var closed = marked.dilated().inverted().dilated().inverted()
        closed.removeAreas(smallerThan: smallestArea)
        let levels = (0..<height).flatMap { row in
            (0..<width).map { column in closed[row + margin, column + margin] ? UInt8(255) : 0 }
        }
        return PixelImage(width: width, height: height, channels: 1, levels: levels)
    }
}

/// Marked and unmarked places on a grid.
private struct Plane {
    let width: Int
    let height: Int
    private var marks: [Bool]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        marks = [Bool](repeating: false, count: width * height)
    }

    subscript(row: Int, column: Int) -> Bool {
        get { marks[row * width + column] }
        set { marks[row * width + column] = newValue }
    }

    func inverted() -> Plane {
        var result = self
        for index in marks.indices { result.marks[index].toggle() }
        return result
    }

    /// Marks every place with a marked one among its eight neighbours or itself.
    func dilated() -> Plane {
        var result = self
        for index in marks.indices where marks[index] {
            for neighbour in neighbours(of: index) { result.marks[neighbour] = true }
        }
        return result
    }

    /// Unmarks connected areas, of places that touch by a side or a corner, of few places.
    mutating func removeAreas(smallerThan limit: Int) {
        var seen = [Bool](repeating: false, count: marks.count)
        for start in marks.indices where marks[start] && !seen[start] {
            seen[start] = true
            var area = [start]
            var next = 0
            while next < area.count {
                for neighbour in neighbours(of: area[next])
                where marks[neighbour] && !seen[neighbour] {
                    seen[neighbour] = true
                    area.append(neighbour)
                }
                next += 1
            }
            guard area.count < limit else { continue }
            for index in area { marks[index] = false }
        }
    }

    private func neighbours(of index: Int) -> [Int] {
        let (row, column) = index.quotientAndRemainder(dividingBy: width)
        var result: [Int] = []
        for y in max(row - 1, 0)...min(row + 1, height - 1) {
            for x in max(column - 1, 0)...min(column + 1, width - 1) where (x, y) != (column, row) {
                result.append(y * width + x)
            }
        }
        return result
    }
}
