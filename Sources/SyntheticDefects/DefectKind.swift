/// A way in which a picture can be made defective.
public enum DefectKind: String, Sendable, CaseIterable, Codable {
    /// A piece of another normal picture, turned, scaled and blended into its surroundings.
    case pastedPatch = "pasted-patch"
    /// A long narrow strip, solid or of texture from elsewhere.
    case scar
    /// A thin wandering line, bright, dark or lit from a side; also hair cracks and branching ones.
    case scratch
    /// A roundish spot, flat, shaded or like a dent.
    case blob
    /// A soft irregular discolouring, as of a liquid.
    case stain
    /// An area that is brighter, darker or of another contrast.
    case intensityShift = "intensity-shift"
    /// An area of another tint but nearly the same brightness; for pictures with three channels.
    case colourShift = "colour-shift"
    /// An area that is blurred along a direction.
    case smear
    /// An area with noise over it.
    case noise
    /// An area filled from its surroundings, from elsewhere in the picture, or with one level.
    case missingPart = "missing-part"
    /// An area that is twisted, bulged or pushed.
    case deformation
    /// An area cut out, turned, mirrored or scaled, and put back.
    case turnedTexture = "turned-texture"

    /// Whether the kind shows in pictures with so many channels.
    public func isPossible(channels: Int) -> Bool { self != .colourShift || channels == 3 }
}
