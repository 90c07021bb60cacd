internal import ImageCodec
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension TrainingOptions {
    /// Everything that the model depends on but for the images and the number of jobs, by names for a person.
    ///
    /// - Parameter version: Of the program.
    /// - Returns: The values as text.
    func settings(version: String) -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func text(_ value: some Encodable) -> String {
            (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return [
            "version": version,
            "configuration": text(configuration),
            "false-alarm rate": text(falseAlarmRate),
            "seed": "\(seed)",
            "kernels": kernels.arithmetic,
            "effort": effort.rawValue,
            "channels": "\(preparation.channels ?? 0)",
            "region of interest": preparation.regionOfInterest?.description ?? "",
            "images calibrated on": "\(calibrationImages)",
            "number of folders": "\(ingest.roots.count)",
            "choice of files": ingest.walk.choice,
            "limits of decoding": text(ingest.limits),
            "damaged files": ingest.damage.rawValue,
        ]
    }

    /// Why these options can't be used over shards; nil when they can.
    var unshardable: String? {
        if effort == .thorough { return "--effort thorough" }
        if anomalous != nil { return "--anomalous" }
        if labels != nil { return "--use-labels" }
        return nil
    }
}
