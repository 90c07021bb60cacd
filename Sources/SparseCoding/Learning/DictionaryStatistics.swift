internal import Tensors

/// What a dictionary's update needs to know of coded samples: sums that can be added.
///
/// Samples may be coded in shards, at the same dictionary, on different machines; their statistics, merged, are those of
/// the whole to the rounding of double precision, and equal orders of merging give equal bits.
///
/// > Source: Mairal, Bach, Ponce, Sapiro (2010), "Online learning for matrix factorization and sparse coding", algorithm 1.
public struct DictionaryStatistics: Sendable, Equatable {
    /// The number of atoms.
    public let atoms: Int
    /// The numbers in an atom and in a sample.
    public let components: Int
    /// `sum a a^T`, symmetric, shape `[atoms, atoms]`.
    public private(set) var codeProducts: [Double]
    /// `sum a x^T`, shape `[atoms, components]`.
    public private(set) var sampleProducts: [Double]
    /// `sum |a|`, shape `[atoms]`; over ``count`` the mean that an exponential prior is fitted to.
    public private(set) var magnitudes: [Double]
    /// The samples with a code of each atom, shape `[atoms]`.
    public private(set) var usage: [Int]
    /// `sum |x|^2`.
    public private(set) var energy: Double
    /// The number of samples.
    public private(set) var count: Int

    /// Creates the statistics of no samples.
    public init(atoms: Int, components: Int) {
        precondition(atoms > 0 && components > 0, "atoms and components must be positive")
        self.atoms = atoms
        self.components = components
        codeProducts = [Double](repeating: 0, count: atoms * atoms)
        sampleProducts = [Double](repeating: 0, count: atoms * components)
        magnitudes = [Double](repeating: 0, count: atoms)
        usage = [Int](repeating: 0, count: atoms)
        energy = 0
        count = 0
    }

    /// Adds the statistics of other samples, coded with the same dictionary.
    public mutating func merge(_ other: DictionaryStatistics) {
        precondition(
            atoms == other.atoms && components == other.components,
            "statistics of another dictionary"
        )
        for index in codeProducts.indices { codeProducts[index] += other.codeProducts[index] }
        for index in sampleProducts.indices {
            sampleProducts[index] += other.sampleProducts[index]
        }
        for index in magnitudes.indices { magnitudes[index] += other.magnitudes[index] }
        for index in usage.indices { usage[index] += other.usage[index] }
        energy += other.energy
        count += other.count
    }

    /// The statistics of two sets of samples together.
    public static func + (
        left: DictionaryStatistics,
        right: DictionaryStatistics
    ) -> DictionaryStatistics {
        var sum = left
        sum.merge(right)
        return sum
    }

    /// Adds samples, each in turn, so that the sums don't depend on blocks.
    mutating func add(_ samples: Matrix, _ codes: SparseCodes) {
        unsafe samples.elements.withUnsafeBufferPointer { data in
            unsafe codeProducts.withUnsafeMutableBufferPointer { codeProducts in
                unsafe sampleProducts.withUnsafeMutableBufferPointer { sampleProducts in
                    for sample in 0..<codes.count {
                        let range = codes.starts[sample]..<codes.starts[sample + 1]
                        for index in range {
                            let (atom, value) = (codes.places[index], Double(codes.values[index]))
                            for other in range {
                                unsafe codeProducts[atom * atoms + codes.places[other]] +=
                                    value * Double(codes.values[other])
                            }
                            for column in 0..<components {
                                unsafe sampleProducts[atom * components + column] +=
                                    value * Double(data[sample * components + column])
                            }
                        }
                    }
                }
            }
        }
        for (atom, value) in zip(codes.places, codes.values) {
            magnitudes[atom] += Double(abs(value))
            usage[atom] += 1
        }
        for energy in codes.energies { self.energy += energy }
        count += codes.count
    }

    /// Brings the sums that steer the atoms to a share of themselves: samples of long ago count less.
    mutating func fade(to share: Double) {
        for index in codeProducts.indices { codeProducts[index] *= share }
        for index in sampleProducts.indices { sampleProducts[index] *= share }
    }

    /// Forgets an atom that has become another one.
    mutating func forget(atom: Int) {
        for other in 0..<atoms {
            codeProducts[atom * atoms + other] = 0
            codeProducts[other * atoms + atom] = 0
        }
        for column in 0..<components { sampleProducts[atom * components + column] = 0 }
        magnitudes[atom] = 0
        usage[atom] = 0
    }
}
