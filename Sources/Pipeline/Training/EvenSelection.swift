/// At most so many of the images of a walk, evenly spread over it; the same ones in each pass.
struct EvenSelection: Sendable {
    /// The images.
    let count: Int
    /// The most that are chosen.
    let most: Int

    /// Whether an image is one of those.
    func includes(_ place: Int) -> Bool { ordinal(of: place + 1) > ordinal(of: place) }

    /// The number of chosen images before a place.
    func ordinal(of place: Int) -> Int { place * min(count, most) / max(1, count) }
}
