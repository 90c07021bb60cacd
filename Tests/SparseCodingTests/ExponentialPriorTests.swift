import Foundation
import SparseCoding
import Tensors
import Testing

@Suite struct ExponentialPriorTests {
    static let rates: [Double] = [0.2, 1, 5, 40]

    /// Codes drawn from the prior with ``rates``.
    static func codes(_ count: Int, signed: Bool, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var codes = Matrix(rows: count, columns: 4)
        for row in 0..<count {
            for atom in 0..<4 {
                let size = -log(1 - generator.nextUnit()) / rates[atom]
                codes[row, atom] = Float(signed && generator.nextUnit() < 0.5 ? -size : size)
            }
        }
        return codes
    }

    @Test("the learned rates maximise the likelihood", arguments: [false, true])
    func ratesMaximiseTheLikelihood(signed: Bool) {
        let codes = Self.codes(500, signed: signed, seed: 600)
        let prior = ExponentialPrior(codes: codes, signed: signed)
        let best = prior.logLikelihood(of: codes)
        for atom in 0..<4 {
            for factor: Float in [0.5, 0.9, 0.99, 1.01, 1.1, 2] {
                var rates = prior.rates
                rates[atom] *= factor
                let other = ExponentialPrior(rates: rates, signed: signed)
                #expect(other.logLikelihood(of: codes) < best)
            }
        }
    }

    @Test(
        "the learned rates come to those that the codes were drawn with",
        arguments: [false, true]
    )
    func ratesAreFound(signed: Bool) {
        let prior = ExponentialPrior(
            codes: Self.codes(40_000, signed: signed, seed: 601),
            signed: signed
        )
        // The rate's relative standard error is 1 / 200.
        for (found, wanted) in zip(prior.rates, Self.rates) {
            #expect(abs(Double(found) / wanted - 1) < 0.02)
        }
    }

    @Test("the likelihood integrates to 1", arguments: [false, true])
    func theLikelihoodIsADensity(signed: Bool) {
        let prior = ExponentialPrior(rates: [1.5], signed: signed)
        let step = 1e-3
        var sum = 0.0
        for index in (signed ? -20_000 : 0)..<20_000 {
            let place = Matrix(rows: 1, columns: 1, repeating: Float((Double(index) + 0.5) * step))
            sum += exp(prior.logLikelihood(of: place)) * step
        }
        #expect(abs(sum - 1) < 1e-4)
    }

    @Test func negativeCodesAreImpossibleWithoutSign() {
        let codes = Matrix(rows: 1, columns: 2, repeating: -1)
        #expect(
            ExponentialPrior(rates: [1, 1], signed: false).logLikelihood(of: codes) == -.infinity
        )
        #expect(ExponentialPrior(rates: [1, 1], signed: true).logLikelihood(of: codes).isFinite)
    }

    @Test("coefficients that are never active have large finite rates")
    func ratesAreGuarded() {
        for codes in [Matrix(rows: 50, columns: 3), Matrix(rows: 0, columns: 3)] {
            let prior = ExponentialPrior(codes: codes, signed: false)
            #expect(prior.rates.count == 3)
            #expect(prior.rates.allSatisfy { $0 >= 1e5 && $0.isFinite })
            #expect(!prior.logLikelihood(of: codes).isNaN)
        }
    }

    @Test("the energy is least at the codes that the prior's penalties give")
    func theEnergyIsTheNegativeLogPosterior() {
        let dictionary = AtomDictionary(atoms: orthonormalRows(4, of: 6, seed: 602))
        let prior = ExponentialPrior(rates: [0.5, 1, 2, 4], signed: true)
        let noise: Float = 0.3
        let penalties = prior.penalties(noiseVariance: noise)
        #expect(largestDifference(penalties, [0.15, 0.3, 0.6, 1.2]) < 1e-6)
        let patch = randomMatrix(rows: 1, columns: 6, seed: 603)
        let responses = ReferenceKernels.multiply(patch, dictionary.atoms.transposed)
        let codes = zip(responses, penalties).map { response, penalty in
            Float(response < 0 ? -1 : 1) * max(0, Float(abs(response)) - penalty)
        }
        func energy(_ codes: [Float]) -> Double {
            var row = Matrix(rows: 1, columns: 4)
            row.elements = codes
            let error = zip(patch.elements, ReferenceKernels.multiply(row, dictionary.atoms))
                .reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            let found = prior.energy(of: codes, error: Float(error), noiseVariance: noise)
            // Up to what does not depend on the codes it is minus the two log densities.
            let logPosterior = -error / (2 * Double(noise)) + prior.logLikelihood(of: row)
            let constant = prior.logLikelihood(of: Matrix(rows: 1, columns: 4))
            #expect(abs(found - (constant - logPosterior)) < 1e-4)
            return found
        }
        let least = energy(codes)
        for atom in 0..<4 {
            for step: Float in [-0.2, -0.02, 0.02, 0.2] {
                var moved = codes
                moved[atom] += step
                #expect(energy(moved) > least)
            }
        }
    }
}
