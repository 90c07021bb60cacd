/// What a scan remembers from run to run, and how it uses that.
public struct LedgerOptions: Sendable {
    /// The ledger's file; it is made where there is none.
    public var path: String
    /// Whether inputs that have not changed are passed by.
    public var onlyNew: Bool
    /// Whether inputs that could not be decoded are tried again although they have not changed.
    public var retriesFailed: Bool
    /// Files that were changed less than this before the run are left for the next one.
    public var settle: Duration
    /// Whether the report has inputs that were passed by as well, so that it has all there are.
    public var reportsUnchanged: Bool
    /// How long another run is waited for.
    public var wait: Duration

    /// Creates options.
    public init(
        path: String,
        onlyNew: Bool = true,
        retriesFailed: Bool = false,
        settle: Duration = .zero,
        reportsUnchanged: Bool = true,
        wait: Duration = .zero
    ) {
        self.path = path
        self.onlyNew = onlyNew
        self.retriesFailed = retriesFailed
        self.settle = settle
        self.reportsUnchanged = reportsUnchanged
        self.wait = wait
    }
}
