import Foundation
import PipelineFile

/// The time that this thread works on something, whatever else the machine has to do.
func processorTime(_ body: () -> Void) -> Duration {
    func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    body()
    return now() - start
}

/// What the tests parse with.
enum Parsing {
    static let environment = [
        "HOME": "/data/state", "JOBS": "3", "EMPTY": "", "TRICKY": "a: b\n- c # d",
        "ROOT": "/data", "DOLLAR": "${HOME}", "WORD": "many",
    ]

    static func parse(
        _ text: String,
        environment: [String: String] = environment
    ) throws(PipelineFileError) -> PipelineDeclaration {
        try parse(Array(text.utf8), environment: environment)
    }

    static func parse(
        _ bytes: [UInt8],
        environment: [String: String] = environment
    ) throws(PipelineFileError) -> PipelineDeclaration {
        try PipelineDeclaration.parse(
            bytes,
            file: "nightly.yaml",
            folder: "/etc/residua",
            environment: environment
        )
    }

    /// What the error says; nil where the file is right.
    static func error(_ text: String) -> String? { error(Array(text.utf8)) }

    static func error(_ bytes: [UInt8]) -> String? {
        do throws(PipelineFileError) {
            _ = try parse(bytes)
            return nil
        } catch {
            return error.description
        }
    }

    /// A right file with some more lines.
    static func scan(_ more: String) -> String {
        """
        version: 1
        model: m.residua
        ingest: {roots: [in]}
        report: {folder: out}

        """ + more
    }

    /// A right file that trains, with some more lines.
    static func train(_ more: String) -> String {
        """
        version: 1
        model: m.residua
        train: {roots: [normals]}

        """ + more
    }

    /// A right file with limits.
    static func limits(_ limits: String) -> String {
        """
        version: 1
        model: m
        ingest: {roots: [in], limits: {\(limits)}}
        report: {folder: out}
        """
    }

    /// A right file that gives every key.
    static let everything = """
        version: 1
        model: /models/bottle.residua
        train:
          roots: [normals]
          when: changed
          effort: thorough
          seed: 7
          anomalous: /bad
          anomalous-masks: masks
          use-labels: true
          time-budget: 10m
        ingest:
          roots: [../incoming, "${ROOT}/cam 2"]
          include: ["*.png", "**/a/*.jpg"]
          exclude: ["thumbs/"]
          recursive: false
          follow-links: true
          all-names: false
          on-damage: warning
          only-new: true
          retry-failed: true
          settle: 1.5m
          limits: {bytes: 64MiB, pixels: 50M, side: 30k, scans: 20, seconds: 30}
        preparation:
          colour: grey
          working-size: 65536
          tiles: {side: 512}
        encoders:
          - name: fine
            pixels: 4096
            layers:
              - {window: 5, stride: 2, atoms: 16, contrast: null, components: 12}
        detectors:
          - {encoder: fine, layer: 1, method: {positionalGaussian: {dimension: 8}}}
        positions: 256
        regularization: {shrinkage: 0.2}
        factors: {count: 8}
        scoring:
          fusion: {rule: mean, top-share: 0.05, relative: true}
          false-alarm-rate: 0.02
        report:
          folder: reports/{date}/{time}
          records: new
          exports: [csv, prometheus]
          metrics-file: metrics/x.prom
          pictures: essential
        ledger: state/x.sqlite
        lock: {wait: 5m}
        run:
          jobs: 2
          kernels: baseline
          precision: float
          fail-on-flagged: true
          log-file: logs/x.log

        """
}
