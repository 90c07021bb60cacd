internal import Files
internal import ImageCodec
internal import Pipeline
internal import SampleImages
internal import Tensors

/// Pictures that are made to be measured on, so that there are figures without a folder of images.
enum MadePictures {
    /// Brings a picture to a size and adds the noise of a camera, without which a PNG would be as small as no photograph.
    static func picture(_ image: PixelImage, side: Int, seed: UInt64) -> PixelImage {
        var map = Resampler(height: side, width: side).resample(image)
        var generator = SeededGenerator(seed: seed, stream: UInt64(side))
        // The sum of four bytes is near enough to a normal distribution, of deviation 148.
        let scale = Float(noise / 148 / 255)
        for index in map.elements.indices {
            let random = generator.next()
            let sum =
                (random & 255) + (random >> 8 & 255) + (random >> 16 & 255) + (random >> 24 & 255)
            map.elements[index] += (Float(sum) - 510) * scale
        }
        return PixelImage(rounding: map)
    }

    /// The standard deviation of the noise, in gray levels.
    private static let noise = 2.0

    /// Pictures of the sample images, of the training part or spread evenly over the test part.
    static func samples(_ part: Part, count: Int) -> [PixelImage] {
        let set = SampleSet.all[1]
        let entries = set.entries.filter { $0.path.contains("/\(part.rawValue)/") }
        // More than there are begin again.
        let chosen = entries.spread(count)
        return (0..<count).flatMap { place -> [PixelImage] in
            let entry = chosen[place % chosen.count]
            return set.files(of: entry).filter { !$0.isMask }.map(\.image)
        }
    }

    /// A part of a dataset.
    enum Part: String { case train, test }

    /// Writes so many files into a folder, each picture several times where there are fewer.
    ///
    /// - Returns: The files.
    /// - Throws: `EncodeError`, `FileError`.
    static func write(
        _ pictures: [PixelImage],
        count: Int,
        as format: ImageFormat,
        to folder: Folder
    ) throws -> [RawPath] {
        try folder.create()
        let files = try pictures.map { picture in
            switch format {
            case .png: try ImageWriter.png(picture)
            case .jpeg: try ImageWriter.jpeg(picture)
            }
        }
        return try (0..<count).map { place in
            let digits = String(10_000 + place).dropFirst()
            let path = folder.path(of: "\(digits).\(format == .png ? "png" : "jpg")")
            try AtomicFile.write(files[place % files.count], to: path, durability: .buffered)
            return RawPath(path)
        }
    }
}
