import ImageCodec

/// Decodes what libFuzzer invents; the first byte chooses how.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneImage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let file = Array(input.dropFirst())
    // Small images find the same faults, and more of them in the same time.
    let limits = DecodeLimits(
        maximumBytes: 1 << 20,
        maximumPixels: 1 << 18,
        maximumSide: 1 << 14,
        maximumScans: 20,
        maximumSeconds: 2
    )
    let damages: [DamagePolicy] = [.none, .truncated, .warning]
    let modes: [ChannelMode] = [.native, .grey, .colour]
    let (channels, damage) = (modes[Int(choice) % 3], damages[Int(choice) / 3 % 3])
    var levels: [UInt8]?
    do throws(DecodeError) {
        let decoded = try ImageReader.decode(
            file,
            channels: channels,
            minimumPixels: choice & 0x40 == 0 ? nil : 64,
            limits: limits,
            damage: damage
        )
        let image = decoded.image
        let count = image.width * image.height * image.channels
        require(image.levels.count == count, "the levels are not those of the size")
        require((1...8).contains(decoded.header.orientation), "no such orientation")
        require(image.width * image.height <= limits.maximumPixels, "above the limit")
        levels = image.levels
    } catch {
        require(!error.detail.isEmpty, "a refusal without a reason")
        // It may be in time with the rows.
        if error.code == .tooSlow { return 0 }
    }
    if let header = try? ImageReader.header(of: file, limits: limits), RowReader.reads(header) {
        let rows = 1 + Int(choice) % 50
        var patient = limits
        patient.maximumSeconds = 60
        let read = rowwise(file, rows: rows, channels: channels, limits: patient, damage: damage)
        require(read == levels, "the rows are not those of the image")
    }
    return 0
}

/// An image that is read some rows at a time; nil where it is refused.
private func rowwise(
    _ file: [UInt8],
    rows: Int,
    channels: ChannelMode,
    limits: DecodeLimits,
    damage: DamagePolicy
) -> [UInt8]? {
    do throws(DecodeError) {
        var reader = try RowReader(file, channels: channels, limits: limits, damage: damage)
        let (height, stride) = (reader.header.height, reader.header.width * reader.channels)
        var levels = [UInt8](repeating: 1, count: height * stride)
        while reader.position < height {
            let count = min(rows, height - reader.position)
            try reader.read(count, into: &levels, at: reader.position * stride)
        }
        return levels
    } catch {
        return nil
    }
}

/// Stops with the message, which `precondition` leaves out of optimised builds.
private func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
