public import ImageCodec

extension PipelineDeclaration {
    /// How images are made ready for the encoders.
    public struct Preparation: Sendable, Equatable {
        /// How a large image is divided.
        public struct Tiles: Sendable, Equatable {
            /// The side of the square tiles, in pixels.
            public var side: Int
            /// The pixels that neighbouring tiles share, in `0..<side`.
            public var overlap: Int
        }

        /// The channels that images get.
        public var colour: ChannelMode
        /// The pixels that images are brought to, their aspect kept; nil for what each encoder declares.
        public var workingSize: Int?
        /// How images are divided; nil for whole images.
        public var tiles: Tiles?
        /// The picture whose white marks what is looked at; nil for all.
        public var regionOfInterest: String?
    }
}
