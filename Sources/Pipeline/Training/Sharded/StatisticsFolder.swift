internal import Digests
internal import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The folder through which shards of a training share what they gather and what was learned from it.
///
/// `training.json` says of which training it is. `statistics/<step>/3-of-8` is what a shard has gathered for a step,
/// `learned/<step>` what was learned from all. Each file appears whole, so that readers need no locks; it is one line of
/// JSON with the digest of the rest, and the rest a binary property list.
struct StatisticsFolder: Sendable {
    let path: String
    private let learned: Folder
    private let statistics: Folder
    /// Tells files of other trainings, which race with this one for the folder, from its own.
    private let training: String

    private struct Training: Codable {
        var schemaVersion = 1
        var settings: [String: String]

        enum CodingKeys: String, CodingKey {
            case settings
            case schemaVersion = "schema_version"
        }
    }

    private struct Header: Codable {
        var step: String
        /// Of the settings.
        var training: String
        /// Of what follows.
        var sha256: String
    }

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - settings: Everything that the result depends on but for the images, by names for a person.
    ///   - isMade: Whether it is made where it is not there.
    /// - Throws: ``ShardedTrainingError``, also where the folder is of a training with other settings.
    init(
        _ path: String,
        settings: [String: String],
        isMade: Bool
    ) throws(ShardedTrainingError) {
        let folder = Folder(path)
        let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        training = SHA256Digest(of: Array(lines.joined(separator: "\n").utf8)).description
        self.path = folder.path
        learned = folder.folder("learned")
        statistics = folder.folder("statistics")
        guard isMade || folder.contains("training.json") else {
            throw .nothingGathered(folder: folder.path)
        }
        try Self.reporting(folder.path) { () throws(FileError) in try folder.create() }
        let file = folder.path(of: "training.json")
        if folder.contains("training.json") {
            let bytes = try Self.reporting(file) { () throws(FileError) in
                try InputFile.read(file, limit: 1 << 26)
            }
            guard let found = try? JSONDecoder().decode(Training.self, from: Data(bytes)) else {
                throw .unusable(path: file, reason: "it is damaged: start in an empty folder")
            }
            let differing = Set(settings.keys).union(found.settings.keys)
                .filter { settings[$0] != found.settings[$0] }
            guard differing.isEmpty else {
                throw .differing(folder: folder.path, differing.sorted())
            }
        } else {
            let names = try Self.reporting(folder.path) { () throws(FileError) in
                try folder.names()
            }
            // A training folder starts empty: it is no place beside other files.
            if let other = names.first(where: { !AtomicFile.isTemporary(name: $0) }) {
                // Another shard may have been faster.
                guard folder.contains("training.json") else {
                    throw .unusable(
                        path: folder.path,
                        reason: "it is no folder of statistics, having \(other): name an empty one"
                    )
                }
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let bytes = try? Array(encoder.encode(Training(settings: settings)))
            try Self.write(bytes ?? [], to: file)
        }
    }

    /// What was learned in a step; nil where nothing was yet.
    func learned<Learned: Decodable>(
        in step: String,
        as type: Learned.Type
    ) throws(ShardedTrainingError) -> Learned? {
        guard learned.contains(step) else { return nil }
        return try read(
            learned.path(of: step),
            step: step,
            as: type,
            advice: "remove it, and have all shards gather for it again"
        )
    }

    /// Keeps what was learned in a step.
    func keep(learned value: some Encodable, in step: String) throws(ShardedTrainingError) {
        try write(value, in: learned, name: step, step: step)
    }

    /// Forgets steps whose results are part of another's.
    func forget(_ steps: [String]) {
        for step in steps { try? learned.remove(step) }
    }

    /// Whether a shard has gathered statistics for a step.
    func hasStatistics(of shard: Shard, for step: String) -> Bool {
        statistics.folder(step).contains(Self.name(of: shard))
    }

    /// What a shard has gathered for a step.
    func statistics<Statistics: AdditiveStatistics>(
        of shard: Shard,
        for step: String,
        as type: Statistics.Type
    ) throws(ShardedTrainingError) -> Statistics {
        try read(
            statistics.folder(step).path(of: Self.name(of: shard)),
            step: step,
            as: type,
            advice: "remove it and run its shard again"
        )
    }

    /// Keeps what a shard has gathered for a step.
    func keep(
        statistics value: some Encodable,
        of shard: Shard,
        for step: String
    ) throws(ShardedTrainingError) {
        try write(value, in: statistics.folder(step), name: Self.name(of: shard), step: step)
    }

    /// What all shards have gathered for a step, added up in their order; nil where none has.
    func merged<Statistics: AdditiveStatistics>(
        for step: String,
        as type: Statistics.Type
    ) throws(ShardedTrainingError) -> Statistics? {
        let folder = statistics.folder(step)
        guard folder.isFolder(followingLinks: true) else { return nil }
        let names = try Self.reporting(folder.path) { () throws(FileError) in try folder.names() }
        let shards = names.compactMap(Self.shard(named:))
        guard let count = shards.first?.count else { return nil }
        let counts = Set(shards.map(\.count))
        guard counts.count == 1 else { throw .mixed(folder: folder.path, counts.sorted()) }
        let present = Set(shards.map(\.index))
        let missing = (1...count).filter { !present.contains($0) }
        guard missing.isEmpty else { throw .missing(folder: folder.path, missing, count: count) }
        var sum: Statistics?
        for shard in shards.sorted(by: { $0.index < $1.index }) {
            let part = try self.statistics(of: shard, for: step, as: type)
            guard var total = sum.take() else {
                sum = part
                continue
            }
            try total.merge(part)
            sum = total
        }
        return sum
    }

    /// Removes what shards have gathered for a step, and what programs that were killed began to write.
    func removeStatistics(for step: String) {
        let folder = statistics.folder(step)
        for name in (try? folder.names()) ?? []
        where Self.shard(named: name) != nil || AtomicFile.isTemporary(name: name) {
            try? folder.remove(name)
        }
        _ = folder.removeIfEmpty()
    }

    /// The bytes that are written at once.
    private static let piece = 1 << 22

    private static func name(of shard: Shard) -> String { "\(shard.index)-of-\(shard.count)" }

    private static func shard(named name: String) -> Shard? {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "of" else { return nil }
        return Shard("\(parts[0])/\(parts[2])")
    }

    private func write(
        _ value: some Encodable,
        in folder: Folder,
        name: String,
        step: String
    ) throws(ShardedTrainingError) {
        let path = folder.path(of: name)
        try Self.reporting(folder.path) { () throws(FileError) in try folder.create() }
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        let content: Data
        do {
            content = try encoder.encode([value])
        } catch {
            throw .unusable(path: path, reason: "can't be encoded: \(error)")
        }
        var hasher = SHA256Hasher()
        hasher.update(content)
        let header = Header(
            step: step,
            training: training,
            sha256: hasher.finalize().description
        )
        guard let line = try? JSONEncoder().encode(header) else {
            throw .unusable(path: path, reason: "can't be encoded")
        }
        do {
            try AtomicFile.write(to: path) { file in
                try file.append(Array(line) + [UInt8(ascii: "\n")])
                for first in stride(from: 0, to: content.count, by: Self.piece) {
                    let end = min(first + Self.piece, content.count)
                    try file.append(Array(content[first..<end]))
                }
            }
        } catch {
            throw .unusable(path: path, reason: "can't be written: \(error)")
        }
    }

    private func read<Value: Decodable>(
        _ path: String,
        step: String,
        as type: Value.Type,
        advice: String
    ) throws(ShardedTrainingError) -> Value {
        let damaged = ShardedTrainingError.unusable(
            path: path,
            reason: "it is damaged: \(advice)"
        )
        // Not mapped: another machine may replace the file meanwhile.
        let content = try Self.reporting(path) { () throws(FileError) in
            try InputFile.read(path, limit: .max - 1)
        }
        guard let end = content.prefix(4096).firstIndex(of: UInt8(ascii: "\n")),
            let header = try? JSONDecoder().decode(Header.self, from: Data(content[..<end]))
        else { throw damaged }
        guard header.training == training else {
            throw .unusable(path: path, reason: "it was made with other options: \(advice)")
        }
        let rest = Data(content[(end + 1)...])
        var hasher = SHA256Hasher()
        hasher.update(rest)
        guard header.step == step, header.sha256 == hasher.finalize().description,
            let value = try? PropertyListDecoder().decode([Value].self, from: rest).first
        else { throw damaged }
        return value
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(ShardedTrainingError) {
        try reporting(path) { () throws(FileError) in
            try AtomicFile.write(bytes, to: path, durability: .buffered)
        }
    }

    private static func reporting<Value>(
        _ path: String,
        _ body: () throws(FileError) -> Value
    ) throws(ShardedTrainingError) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw .unusable(path: path, reason: error.reason)
        }
    }
}
