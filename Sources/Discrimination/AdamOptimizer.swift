internal import Tensors

/// Adam with decoupled weight decay, clipping of the gradient and projection of penalties.
///
/// Plain single-precision arithmetic in a fixed order: equal inputs give equal bits.
///
/// > Source: Kingma, Ba (2015), "Adam", algorithm 1; Loshchilov, Hutter (2019), "Decoupled weight
/// > decay regularization", algorithm 2, with the decay multiplied by the learning rate.
package struct AdamOptimizer: Sendable {
    private let configuration: OptimizerConfiguration
    private let decayed: [Range<Int>]
    private let projected: [Range<Int>]
    private var firstMoment: [Float]
    private var secondMoment: [Float]
    private var step = 0

    /// Starts with moments of zero.
    ///
    /// Kernels and read-out decay; penalties and offset don't. Penalties of layers that keep their
    /// prior are projected to zero and above.
    package init(
        _ configuration: OptimizerConfiguration,
        for network: ThresholdNetworkConfiguration
    ) {
        self.configuration = configuration
        let layout = ParameterLayout(network)
        decayed = layout.kernels + [layout.readout]
        projected = zip(layout.penalties, network.allLayers).filter(\.1.keepsPrior).map(\.0)
        firstMoment = [Float](repeating: 0, count: layout.count)
        secondMoment = firstMoment
    }

    /// Moves the parameters by one step.
    ///
    /// - Parameters:
    ///   - parameters: In the order of ``ParameterLayout``.
    ///   - gradient: In the same order; scaled down in place where it is too long.
    ///   - learningRate: Of this step.
    /// - Returns: The norm of the gradient before clipping.
    package mutating func update(
        _ parameters: inout [Float],
        gradient: inout [Float],
        learningRate: Double
    ) -> Double {
        precondition(gradient.count == firstMoment.count, "the gradient is of another network")
        step += 1
        let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        if let limit = configuration.gradientLimit, norm > Double(limit) {
            let factor = Float(Double(limit) / norm)
            for index in gradient.indices { gradient[index] *= factor }
        }
        let keep = Float(1 - learningRate * Double(configuration.weightDecay))
        if keep != 1 {
            for range in decayed { for index in range { parameters[index] *= keep } }
        }
        let (beta1, beta2) = (configuration.momentDecay, configuration.squareDecay)
        let size = Float(learningRate / (1 - Self.power(Double(beta1), step)))
        let root = Float((1 - Self.power(Double(beta2), step)).squareRoot())
        let (fresh1, fresh2, epsilon) = (1 - beta1, 1 - beta2, configuration.epsilon)
        unsafe parameters.withUnsafeMutableBufferPointer { parameters in
            unsafe firstMoment.withUnsafeMutableBufferPointer { first in
                unsafe secondMoment.withUnsafeMutableBufferPointer { second in
                    unsafe gradient.withUnsafeBufferPointer { gradient in
                        guard let parameters = parameters.baseAddress,
                            let first = first.baseAddress, let second = second.baseAddress,
                            let slope = gradient.baseAddress
                        else { return }
                        for index in 0..<gradient.count {
                            let g = unsafe slope[index]
                            let mean = unsafe beta1 * first[index] + fresh1 * g
                            let square = unsafe beta2 * second[index] + fresh2 * (g * g)
                            unsafe first[index] = mean
                            unsafe second[index] = square
                            let scale = square.squareRoot() / root + epsilon
                            unsafe parameters[index] -= size * (mean / scale)
                        }
                    }
                }
            }
        }
        for range in projected {
            for index in range where !(parameters[index] > 0) { parameters[index] = 0 }
        }
        return norm
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
