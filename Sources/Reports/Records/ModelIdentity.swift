/// Which model a report was made with.
public struct ModelIdentity: Codable, Sendable, Equatable {
    /// The model's path as given to the run.
    public let path: String
    /// The SHA-256 digest of the model file, 64 hexadecimal digits.
    public let sha256: String
    /// The version of the program that learned the model.
    public let createdWith: String
    /// The seed of the learning.
    public let seed: UInt64
    /// The number of normal images that the model learned from.
    public let trainingImages: Int

    private enum CodingKeys: String, CodingKey {
        case path, sha256, seed
        case createdWith = "created_with"
        case trainingImages = "training_images"
    }

    /// Creates a model's identity.
    public init(
        path: String,
        sha256: String,
        createdWith: String,
        seed: UInt64,
        trainingImages: Int
    ) {
        self.path = path
        self.sha256 = sha256
        self.createdWith = createdWith
        self.seed = seed
        self.trainingImages = trainingImages
    }
}
