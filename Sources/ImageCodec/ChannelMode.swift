/// The channels that a decoded image gets.
public enum ChannelMode: String, Sendable, Codable, CaseIterable {
    /// As stored: grey stays grey.
    case native
    /// One channel, the Rec. 601 luma.
    case grey
    /// Three channels: red, green, blue.
    case colour
}
