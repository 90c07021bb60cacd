/// A figure that is kept of each run of the benchmark, to be compared with later ones.
package enum KeyFigure: String, CaseIterable, Codable, Sendable {
    case peak = "peak_gflops"
    case products = "products_of_peak_percent"
    case convolution = "convolution_of_peak_percent"
    case decodePNG = "decode_png_1024_mb_per_s"
    case decodeJPEG = "decode_jpeg_1024_mb_per_s"
    case scoreAVX512 = "score_avx512_ms"
    case scoreAVX2 = "score_avx2_ms"
    case scanPNG = "scan_png_1024_of_decoding_percent"
    case scanJPEG = "scan_jpeg_1024_of_decoding_percent"
    case scanReducedJPEG = "scan_jpeg_1024_of_reduced_decoding_percent"
    case scanRate = "scan_images_per_s"
    case scanWork = "scan_processor_ms_per_image"
    case jobsGain = "two_jobs_of_one_times"
    case scanMemory = "scan_memory_mb"
    case start = "start_ms"
    case quickTraining = "train_quick_200_s"

    /// What the figure should be at most or at least; nil where nothing is wanted of it, or it depends on the images.
    package var goal: Double? {
        switch self {
        case .products: 80
        case .scoreAVX512: 12
        case .scoreAVX2: 20
        case .scanPNG: 85
        case .scanJPEG: 60
        case .scanRate: 110
        case .jobsGain: 1.9
        case .start: 60
        case .quickTraining: 15
        case .peak, .convolution, .decodePNG, .decodeJPEG, .scanReducedJPEG, .scanWork,
            .scanMemory:
            nil
        }
    }
}
