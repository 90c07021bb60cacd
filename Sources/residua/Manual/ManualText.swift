/// What the manual says beside the commands' own descriptions.
enum ManualText {
    struct Section {
        let name: String
        var text: String?
        var terms: [(String, String)] = []
        var end = ""
    }

    static let description = """
        residua learns from a folder of normal images, without labels, and then finds the images of \
        other folders that do not look like them. For each image that it flags it writes a report \
        with the regions that stand out, a heat map and an overlay; for all of them a line of JSON \
        and a page to look at. One unreadable file never stops a run.

        Learn a model once, then scan as often as there are new images:

          residua train good-pictures --model parts.residua
          residua scan new-pictures --model parts.residua --report report

        A pipeline file holds all settings of both in one place: what a scheduler calls is residua \
        run with its name.
        """

    static let sections = [exitStatus, environment, files, completions, examples]

    private static let exitStatus = Section(
        name: "EXIT STATUS",
        terms: [
            ("0", "Done; with --fail-on-flagged: and nothing was flagged."),
            ("1", "Done, and at least one image was flagged (only with --fail-on-flagged)."),
            (
                "2",
                "The run could not go on: model unreadable, disk full, pipeline file wrong. "
                    + "What was finished is kept."
            ),
            ("3", "Done, but some inputs could not be read; the report has the reason of each."),
            (
                "4",
                "Only of train --merge: what was there is merged, and the shards have more to gather."
            ),
            ("64", "Wrong usage."),
            ("75", "Another run holds the ledger or the report folder."),
            (
                "130, 143",
                "Interrupted, terminated. What was finished is kept, and with a ledger the next run "
                    + "goes on from there."
            ),
        ],
        end: "Where several apply, the first of this order counts: 130 and 143, 2, 3, 1, 0."
    )

    private static let environment = Section(
        name: "ENVIRONMENT",
        terms: [
            ("NO_COLOR", "When set and not empty, nothing is written in colours."),
            (
                "TERM",
                "When dumb or not set, there are no colours and no progress line; neither are there "
                    + "where output does not go to a terminal."
            ),
            ("COLUMNS", "Makes the progress line narrower than the terminal."),
            (
                "JOURNAL_STREAM",
                "Set by systemd: log lines then carry their level for the journal."
            ),
        ],
        end: "Pipeline files can refer to any variable as ${NAME} or ${NAME:-default}."
    )

    private static let files = Section(
        name: "FILES",
        text: "A report folder holds:",
        terms: [
            (
                "run.json",
                "What the run did as a whole; written last, so that it tells of a whole report."
            ),
            ("images.jsonl", "A line for each input: ok, flagged or failed."),
            ("flagged/<id>/", "The report and the pictures of each flagged image."),
            ("index.html", "A page to look at, without network."),
            ("images.csv", "With --export csv: a row for each input."),
            ("residua.sarif", "With --export sarif: results for viewers of code scanning."),
            ("residua.junit.xml", "With --export junit: a test case for each input."),
            ("residua.prom", "With --export prometheus: the run in numbers."),
        ],
        end: """
            The metrics of --metrics-file and residua.prom have the file's name without its ending as \
            label name, so that the files of several pipelines can lie in one folder. \
            residua_last_success_timestamp_seconds stays as it was when a run fails: alert when it is \
            old.
            """
    )

    private static let completions = Section(
        name: "SHELL COMPLETIONS",
        text: """
            The program prints a script that completes commands, options and file names:

              residua --generate-completion-script bash > ~/.local/share/bash-completion/completions/residua
              residua --generate-completion-script zsh > ~/.zsh/completions/_residua
              residua --generate-completion-script fish > ~/.config/fish/completions/residua.fish

            For zsh the folder must be in fpath before compinit is called.
            """
    )

    private static let examples = Section(
        name: "EXAMPLES",
        text: """
            Scan what is new since the last time, and print only what is flagged or failed:

              residua scan /data/camera -q --model parts.residua --report report \\
                  --ledger parts.sqlite --only-new

            The ten images with the highest scores:

              jq -rs 'map(select(.score)) | sort_by(-.score)[:10][] | [.score, .path] | @tsv' report/images.jsonl

            A table for a spreadsheet:

              residua export report --format csv --out parts.csv

            Fail a build when an image is flagged, and show which:

              residua scan shots --model parts.residua --report report --export junit \\
                  --fail-on-flagged

            Metrics for Prometheus:

              residua run nightly.yaml    # with report: {metrics-file: /var/lib/node_exporter/parts.prom}
            """
    )
}
