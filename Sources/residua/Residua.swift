import ArgumentParser
import Foundation
import Tensors

/// The command line: what `residua` understands.
@main
struct Residua: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "residua",
        abstract: "Finds the images in a folder that do not look like the normal ones.",
        discussion: """
            Learn a model from a folder of normal images, then scan other folders with it:

              residua train good-pictures --model parts.residua
              residua scan new-pictures --model parts.residua --report report

            Exit status: 0 done; 1 something was flagged (with --fail-on-flagged); 2 the run could \
            not go on; 3 some inputs could not be read; 4 shards have more to gather (train \
            --merge); 64 wrong usage; 75 another run holds the \
            ledger or the report folder; 130 interrupted; 143 terminated.
            """,
        version: version,
        subcommands: [
            TrainCommand.self, ScanCommand.self, EvaluateCommand.self, InspectCommand.self,
            ExplainCommand.self, SamplesCommand.self, RunCommand.self, LedgerCommand.self,
            SchemaCommand.self, ExportCommand.self, ManualCommand.self, HistoryCommand.self,
            LabelCommand.self, ReportCommand.self, MergeCommand.self, WorkerCommand.self,
        ]
    )

    static let version = "0.1.0"

    static func main() async {
        // Who reads the output may leave: a report is written to its end all the same.
        signal(SIGPIPE, SIG_IGN)
        LargeAllocations.reuse()
        // They come from there on Linux; without them all commands would end well and do nothing.
        if CommandLine.arguments.isEmpty {
            Terminal.printError("the arguments can't be read: is /proc mounted?")
            exit(withError: ExitCode(2))
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let status as ExitStatus {
            exit(withError: ExitCode(status.code))
        } catch let error as any Error & CustomStringConvertible where isOurs(error) {
            Terminal.printError(error.description)
            exit(withError: ExitCode(ExitStatus(stoppedBy: error).code))
        } catch {
            if exitCode(for: error) == .validationFailure { explainUnknownCommand() }
            exit(withError: error)
        }
    }

    /// Says which command was meant where the first argument is none.
    private static func explainUnknownCommand() {
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else {
            return
        }
        let names = configuration.subcommands.map { $0._commandName }
        if names.contains(word) || word == "help" { return }
        let nearest = names.map { ($0, word.editDistance(to: $0)) }.min { $0.1 < $1.1 }
        guard let (name, distance) = nearest, distance <= 2 else { return }
        Terminal.printError("there is no command \(word.printable); did you mean \(name)?")
    }
}
