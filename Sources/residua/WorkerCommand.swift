import ArgumentParser
import Files
import ModelFile
import Pipeline
import Reports

/// Scores images that another program sends.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Score images from standard input, for programs that spread them over machines.",
        discussion: """
            Standard input is a row of frames. A frame is one line of JSON, \
            {"path": "a/b.png", "bytes": 1234}, then exactly so many bytes, the image file; the next \
            frame's line follows at once. path names the image relative to its root, and is not \
            opened. A path that is no UTF-8 has its bytes in path_base64 too, as in records; other \
            members of the line are passed by.

            Standard output has one line of JSON for each frame, in their order, written as soon as \
            it is known: the line that images.jsonl of a scan would have. Answers may be waited for \
            before the next frame is sent; where they are not, at most twice --jobs frames are read \
            ahead, so that whoever sends must read the answers meanwhile. With --pictures, the line \
            of a flagged image also has "pictures": {"heatmap.png": "<base64>", ...}; with \
            --pictures-folder they are files in <folder>/<id>/ instead, written before the line.

            An image that can't be scored is a line with status failed; so is one of more than \
            --maximum-bytes, which is read and thrown away. What is no frame (no JSON, wrong types, \
            a count that is negative or above 2^53, input that ends within a frame) ends the worker \
            with status 2 and one line on standard error that names the byte, after the answers to \
            all frames before it. The end of the input between two frames ends it with status 0, \
            whatever the answers. SIGINT and SIGTERM end it after the answers to what was read.

            The model is read before the first frame. residua schema worker describes the lines.
            """
    )

    @Option(
        help: ArgumentHelp("The model file.", valueName: "file"),
        completion: .file(extensions: ["residua"])
    )
    var model: String

    @Option(help: "The share of normal images that may be flagged. (default: the model's)")
    var falseAlarmRate: Double?

    @Option(
        help: ArgumentHelp(
            "Which pictures flagged images get: all, essential (what the report's page needs) or none.",
            valueName: "which"
        )
    )
    var pictures = PictureSelection.none

    @Option(
        help: ArgumentHelp(
            "Write pictures into this folder rather than into the lines.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var picturesFolder: String?

    @OptionGroup var decoding: DecodeArguments
    @OptionGroup var work: WorkArguments

    func validate() throws {
        try residua.validate(falseAlarmRate: falseAlarmRate)
        if picturesFolder != nil, pictures == .none {
            throw ValidationError("--pictures-folder needs --pictures all or essential")
        }
    }

    func run() async throws {
        let (stored, identity) = try StoredModel.load(model)
        let worker = WorkerRun(
            options: WorkerOptions(
                limits: decoding.limits,
                damage: decoding.onDamage,
                falseAlarmRate: falseAlarmRate,
                pictures: pictures,
                picturesPath: picturesFolder,
                jobs: work.jobCount,
                kernels: try work.chosenKernels()
            ),
            model: stored,
            identity: identity
        )
        try await Interruption.guarding {
            var answered = 0
            do {
                _ = try await worker.run(
                    reading: DescriptorInput.standard,
                    writing: { line in
                        try Terminal.output(line)
                        answered += 1
                    }
                )
            } catch is Terminal.ReaderLeftError {
                throw UnreadAnswerError(answered: answered)
            }
        }
    }
}

/// Who reads a worker's answers went away before it had them all.
struct UnreadAnswerError: Error, CustomStringConvertible {
    let answered: Int

    var description: String {
        "nobody reads the answers any more (standard output was closed after \(answered) of them): "
            + "send the frames again that have none"
    }
}
