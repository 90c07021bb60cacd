internal import ImageCodec
internal import Patches
internal import Tensors

/// The file that says which pixels of an image are defective.
enum MaskFile {
    /// Which pixels are defective.
    struct Mask: Sendable {
        /// In pixels.
        let height: Int
        /// In pixels.
        let width: Int
        /// Row after row.
        let isDefective: [Bool]

        /// A part of the mask, 1 where pixels are defective, 0 elsewhere.
        func part(_ tile: Tile) -> Matrix {
            var elements: [Float] = []
            elements.reserveCapacity(tile.width * tile.height)
            for row in tile.y..<tile.y + tile.height {
                let start = row * width + tile.x
                elements += isDefective[start..<start + tile.width].map { $0 ? 1 : 0 }
            }
            return Matrix(rows: tile.height, columns: tile.width, filledWith: elements)
        }

        /// 1 where pixels are defective, 0 elsewhere.
        var matrix: Matrix {
            Matrix(rows: height, columns: width, filledWith: isDefective.map { $0 ? 1 : 0 })
        }
    }

    /// The path of a mask: an image's without its ending, and another ending; names need not be UTF-8.
    ///
    /// - Parameters:
    ///   - image: The image's path, relative or not.
    ///   - ending: Such as `_mask.png`.
    /// - Returns: The path, relative where the image's is.
    static func path(for image: RawPath, ending: String) -> RawPath {
        var stem = image.bytes[...]
        if let dot = stem.lastIndex(of: UInt8(ascii: ".")), !stem[dot...].contains(RawPath.slash) {
            stem = stem[..<dot]
        }
        return RawPath(bytes: stem + Array(ending.utf8))
    }

    /// Reads the first mask that is there; pixels above the middle grey are defective.
    ///
    /// - Parameters:
    ///   - paths: Where it may be, likeliest first.
    ///   - size: The width and height of the upright image, in pixels.
    ///   - limits: Limits of the decoder.
    /// - Returns: The mask, or nil where there is none.
    /// - Throws: ``ItemFailure`` when it can't be read or has another size.
    static func read(
        _ paths: [RawPath],
        size: (width: Int, height: Int),
        limits: DecodeLimits
    ) throws(ItemFailure) -> Mask? {
        for path in paths {
            let bytes: [UInt8]
            do throws(InputError) {
                bytes = try FileBytes.read(path, limit: limits.maximumBytes)
            } catch {
                if error.code == .notFound { continue }
                throw ItemFailure(error, path: path)
            }
            let image: PixelImage
            do throws(DecodeError) {
                image = try ImageReader.decode(bytes, channels: .grey, limits: limits).image
            } catch {
                throw ItemFailure(decoding: error, path: path)
            }
            guard (image.width, image.height) == size else {
                throw ItemFailure(
                    stage: .decode,
                    code: .init(rawValue: "mask-size"),
                    path: path.description,
                    detail: "the mask has \(image.width) x \(image.height) pixels, its image "
                        + "\(size.width) x \(size.height)"
                )
            }
            return Mask(
                height: image.height,
                width: image.width,
                isDefective: image.levels.map { $0 > 127 }
            )
        }
        return nil
    }
}
