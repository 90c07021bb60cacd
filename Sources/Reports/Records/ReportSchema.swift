/// The version of all JSON that this module writes.
public enum ReportSchema {
    /// Raised when a field changes its meaning or goes; new fields don't raise it.
    public static let version = 1
}
