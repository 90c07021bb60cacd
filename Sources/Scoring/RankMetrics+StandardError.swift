extension RankMetrics {
    /// Returns the standard error of an area under the ROC curve.
    ///
    /// - Parameters:
    ///   - auroc: The area, in [0, 1].
    ///   - anomalous: The number of anomalous items, at least 1.
    ///   - normal: The number of normal items, at least 1.
    /// - Returns: The standard error for scores that are about exponential in both classes.
    ///
    /// > Source: Hanley, McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC)
    /// > curve", equation 1.
    public static func aurocStandardError(
        _ auroc: Double,
        anomalous: Int,
        normal: Int
    ) -> Double {
        precondition((0...1).contains(auroc), "an area is in 0...1")
        precondition(anomalous > 0 && normal > 0, "both classes have items")
        let square = auroc * auroc
        let first = auroc / (2 - auroc)
        let second = 2 * square / (1 + auroc)
        let variance =
            (auroc * (1 - auroc) + Double(anomalous - 1) * (first - square)
                + Double(normal - 1) * (second - square))
            / (Double(anomalous) * Double(normal))
        return max(0, variance).squareRoot()
    }
}
