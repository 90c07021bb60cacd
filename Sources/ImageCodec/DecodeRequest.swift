internal import CImageShim

extension ci_request {
    /// What a codec is asked for.
    ///
    /// - Parameters:
    ///   - header: The file's header.
    ///   - channels: 1 or 3.
    ///   - reduction: 1, 2, 4 or 8: each side is divided by it, rounding up.
    ///   - limits: Those that are not checked against the header.
    ///   - damage: What becomes of a damaged file.
    init(
        header: ImageHeader,
        channels: Int,
        reduction: Int,
        limits: DecodeLimits,
        damage: DamagePolicy
    ) {
        self.init()
        width = UInt32((header.width + reduction - 1) / reduction)
        height = UInt32((header.height + reduction - 1) / reduction)
        self.channels = UInt32(channels)
        self.reduction = UInt32(reduction)
        refused = damage.refusedBits
        maximum_scans = UInt32(clamping: limits.maximumScans)
        maximum_nanoseconds = UInt64(max(limits.maximumSeconds, 1e-9) * 1e9)
        // A progressive JPEG keeps two bytes of each sample of up to four components, in whole
        // blocks: up to 32 pixels beyond each side.
        maximum_memory = (32 << 20) + 12 * header.width * header.height
    }
}

extension ci_status {
    /// A success where the rows before an error are accepted and there are some.
    ///
    /// A file that takes too long is refused whatever became of it so far.
    func orPart(accepted: Bool, rows: UInt32) -> ci_status {
        accepted && rows > 0 && self != CI_TOO_SLOW ? CI_OK : self
    }
}

extension ChannelMode {
    /// The channels of an image that is decoded so.
    func count(for header: ImageHeader) -> Int {
        switch self {
        case .native: header.channels
        case .grey: 1
        case .colour: 3
        }
    }
}

extension DamagePolicy {
    fileprivate var refusedBits: UInt32 {
        switch self {
        case .none: 0
        case .truncated: CI_DAMAGE_ENDED.rawValue | CI_DAMAGE_LOST.rawValue
        case .warning:
            CI_DAMAGE_ENDED.rawValue | CI_DAMAGE_LOST.rawValue | CI_DAMAGE_WARNED.rawValue
        }
    }
}

extension DecodeError {
    /// The error that a codec's call ended with.
    init(_ status: ci_status, _ message: CodecMessage) {
        let code: Code =
            switch status {
            case CI_TRUNCATED: .truncated
            case CI_WARNED: .warning
            case CI_UNSUPPORTED: .unsupported
            case CI_TOO_MANY_SCANS: .tooManyScans
            case CI_TOO_SLOW: .tooSlow
            case CI_NO_MEMORY: .outOfMemory
            default: .malformed
            }
        self.init(code: code, detail: message.text)
    }
}
