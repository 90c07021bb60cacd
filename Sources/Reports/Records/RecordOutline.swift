#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What counting and ordering need of an ``ImageRecord``, much cheaper to read than the whole.
package struct RecordOutline: Decodable, Sendable, Equatable {
    /// Why an input could not be scored.
    package struct Failure: Decodable, Sendable, Equatable {
        package let stage, code: String
    }

    package let schemaVersion: Int
    package let path: String
    package let pathBase64: String?
    package let status: ImageRecord.Status
    package let score: Float?
    package let modelSHA256: String?
    package let failure: Failure?

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case path
        case pathBase64 = "path_base64"
        case status, score, failure
        case modelSHA256 = "model_sha256"
    }

    init(_ record: ImageRecord) {
        schemaVersion = record.schemaVersion
        path = record.path
        pathBase64 = record.pathBase64
        status = record.status
        score = record.score
        modelSHA256 = record.modelSHA256
        failure = record.failure.map { Failure(stage: $0.stage, code: $0.code) }
    }

    /// The path as the file system has it.
    package var pathBytes: [UInt8] {
        pathBase64.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) } ?? Array(path.utf8)
    }
}
