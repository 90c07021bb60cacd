public import ImageCodec
public import Patches

extension PipelineDeclaration {
    /// How images are made ready for the encoders when a model is learned, which keeps it for its scans.
    public struct Preparation: Sendable, Equatable {
        /// The channels that images get.
        public var colour: ChannelMode
        /// The pixels that images are brought to, their aspect kept; nil for what each encoder declares.
        public var workingSize: Int?
        /// How images are divided, in pixels of the original; nil for whole images.
        ///
        /// Not together with a region of interest.
        public var tiles: Tiling?
        /// The picture whose white marks what is looked at; nil for all.
        public var regionOfInterest: String?
    }
}
