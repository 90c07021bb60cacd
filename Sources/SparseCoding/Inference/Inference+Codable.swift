extension Inference: Codable {
    private enum Method: String, Codable {
        case thresholding, ista, fista, omp, lca
    }

    private enum CodingKeys: String, CodingKey {
        case method, iterations, tolerance, step, nonzeroLimit, steps, rate
    }

    /// Reads a declaration such as `{"method": "fista", "iterations": 20}`.
    ///
    /// - Throws: `DecodingError` when the method is unknown or one of its numbers is missing.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func iterated() throws -> (Int, Float?, Float?) {
            (
                try values.decode(Int.self, forKey: .iterations),
                try values.decodeIfPresent(Float.self, forKey: .tolerance),
                try values.decodeIfPresent(Float.self, forKey: .step)
            )
        }
        switch try values.decode(Method.self, forKey: .method) {
        case .thresholding: self = .thresholding
        case .ista:
            let (iterations, tolerance, step) = try iterated()
            self = .ista(iterations: iterations, tolerance: tolerance, step: step)
        case .fista:
            let (iterations, tolerance, step) = try iterated()
            self = .fista(iterations: iterations, tolerance: tolerance, step: step)
        case .omp: self = .omp(nonzeroLimit: try values.decode(Int.self, forKey: .nonzeroLimit))
        case .lca:
            self = .lca(
                steps: try values.decode(Int.self, forKey: .steps),
                rate: try values.decodeIfPresent(Float.self, forKey: .rate)
            )
        }
    }

    /// Writes the declaration as an object with its method's name and numbers.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .thresholding: try values.encode(Method.thresholding, forKey: .method)
        case .ista(let iterations, let tolerance, let step),
            .fista(let iterations, let tolerance, let step):
            if case .ista = self {
                try values.encode(Method.ista, forKey: .method)
            } else {
                try values.encode(Method.fista, forKey: .method)
            }
            try values.encode(iterations, forKey: .iterations)
            try values.encodeIfPresent(tolerance, forKey: .tolerance)
            try values.encodeIfPresent(step, forKey: .step)
        case .omp(let limit):
            try values.encode(Method.omp, forKey: .method)
            try values.encode(limit, forKey: .nonzeroLimit)
        case .lca(let steps, let rate):
            try values.encode(Method.lca, forKey: .method)
            try values.encode(steps, forKey: .steps)
            try values.encodeIfPresent(rate, forKey: .rate)
        }
    }
}

// As for the learning of dictionaries: declarations from before the choice read as the default, and the default is not
// written, so that they keep their bytes.
extension KeyedDecodingContainer {
    func decode(_ type: Inference.Type, forKey key: Key) throws -> Inference {
        try decodeIfPresent(type, forKey: key) ?? .thresholding
    }
}

extension KeyedEncodingContainer {
    mutating func encode(_ value: Inference, forKey key: Key) throws {
        try encodeIfPresent(value == .thresholding ? nil : value, forKey: key)
    }
}
