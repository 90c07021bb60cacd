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
    let channels: [ChannelMode] = [.native, .grey, .colour]
    do throws(DecodeError) {
        let decoded = try ImageReader.decode(
            file,
            channels: channels[Int(choice) % 3],
            minimumPixels: choice & 0x40 == 0 ? nil : 64,
            limits: limits,
            damage: damages[Int(choice) / 3 % 3]
        )
        let image = decoded.image
        let count = image.width * image.height * image.channels
        require(image.levels.count == count, "the levels are not those of the size")
        require((1...8).contains(decoded.header.orientation), "no such orientation")
        require(image.width * image.height <= limits.maximumPixels, "above the limit")
    } catch {
        require(!error.detail.isEmpty, "a refusal without a reason")
    }
    return 0
}

/// Stops with the message, which `precondition` leaves out of optimised builds.
private func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
