internal import ImageCodec
internal import Scoring
internal import Tensors

/// The part of all images that counts, as a mask over the positions of a model.
struct RegionOfInterest: Sendable {
    /// For each position, row after row, whether at least half of it is bright in the mask.
    let positions: [Bool]

    /// Reads a mask.
    ///
    /// - Parameters:
    ///   - path: A PNG or JPEG; a pixel counts where it is brighter than half. It is brought to the grid's shape.
    ///   - grid: The positions.
    ///   - limits: What may be decoded.
    /// - Throws: ``RunError`` when it can't be read or leaves no position.
    init(_ path: RawPath, grid: PositionGrid, limits: DecodeLimits) throws(RunError) {
        let image: PixelImage
        do {
            let bytes = try FileBytes.read(path, limit: limits.maximumBytes, followsLinks: true)
            image = try ImageReader.decode(bytes, channels: .grey, limits: limits).image
        } catch let error as InputError {
            throw .unreadablePath(path.description, reason: error.detail)
        } catch let error as DecodeError {
            throw .unreadablePath(path.description, reason: error.description)
        } catch {
            throw .unreadablePath(path.description, reason: "\(error)")
        }
        let mask = PixelImage(
            width: image.width,
            height: image.height,
            channels: 1,
            levels: image.levels.map { $0 > 127 ? 255 : 0 }
        )
        positions = Resampler(height: grid.rows, width: grid.columns).resample(mask).elements
            .map { $0 >= 0.5 }
        guard positions.contains(true) else {
            throw .unusableConfiguration(
                "the region of interest \(path) is dark everywhere: paint what counts white"
            )
        }
    }
}
