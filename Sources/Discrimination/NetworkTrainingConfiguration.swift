/// How a network is trained.
public struct NetworkTrainingConfiguration: Sendable, Equatable, Codable {
    /// The declared number of steps, which the course of the learning rate is laid out for.
    public var steps: Int
    /// The examples of a step.
    public var batch: Int
    /// The parts of a minibatch whose gradients are summed on their own, then in order.
    ///
    /// Fixed by declaration, not by the number of jobs, so that this number doesn't touch the
    /// result.
    public var shards: Int
    /// What is made small.
    public var loss: NetworkLoss
    /// How parameters move.
    public var optimizer: OptimizerConfiguration
    /// Steps from one validation to the next; the last step is always validated.
    public var validationInterval: Int
    /// Validations in a row without a better score after which training stops; nil for never.
    public var patience: Int?

    /// Creates a configuration.
    public init(
        steps: Int,
        batch: Int = 8,
        shards: Int = 4,
        loss: NetworkLoss = NetworkLoss(),
        optimizer: OptimizerConfiguration = OptimizerConfiguration(),
        validationInterval: Int = 100,
        patience: Int? = nil
    ) {
        self.steps = steps
        self.batch = batch
        self.shards = shards
        self.loss = loss
        self.optimizer = optimizer
        self.validationInterval = validationInterval
        self.patience = patience
    }

    /// What is wrong with the configuration for such a network, or nil.
    public func problem(for network: ThresholdNetworkConfiguration) -> String? {
        if steps < 1 { return "steps must be above 0, found \(steps)" }
        if batch < 1 || batch > 4096 { return "batch must be in 1...4096, found \(batch)" }
        if shards < 1 || shards > 64 { return "shards must be in 1...64, found \(shards)" }
        if validationInterval < 1 {
            return "validationInterval must be above 0, found \(validationInterval)"
        }
        if let patience, patience < 1 { return "patience must be above 0, found \(patience)" }
        return network.problem ?? loss.problem(for: network) ?? optimizer.problem
    }
}
