/// A figure that is kept of each run of the benchmark, to be compared with later ones.
package enum KeyFigure: String, CaseIterable, Codable, Sendable {
    case peak = "peak_gflops"
    case products = "products_of_peak_percent"
    case convolution = "convolution_of_peak_percent"
    case wholeProducts = "products_int16_of_float_peak_percent"
    case wholeConvolution = "convolution_int16_of_float_peak_percent"
    case decodePNG = "decode_png_1024_mb_per_s"
    case decodeJPEG = "decode_jpeg_1024_mb_per_s"
    case scoreAVX512 = "score_avx512_ms"
    case scoreAVX2 = "score_avx2_ms"
    case scanPNG = "scan_png_1024_of_decoding_percent"
    case scanPNGWork = "scan_png_1024_of_decoding_by_processor_percent"
    case scanJPEG = "scan_jpeg_1024_of_decoding_percent"
    case scanJPEGWork = "scan_jpeg_1024_of_decoding_by_processor_percent"
    case scanReducedJPEG = "scan_jpeg_1024_of_reduced_decoding_percent"
    case scanRate = "scan_images_per_s"
    case scanWork = "scan_processor_ms_per_image"
    case jobsGain = "two_jobs_of_one_times"
    case normalScanRate = "scan_normal_images_per_s"
    case normalJobsGain = "two_jobs_of_one_on_normal_images_times"
    case scanMemory = "scan_memory_mb"
    case firstScore = "first_score_ms"
    case start = "start_ms"
    case startWork = "start_processor_ms"
    case quickTraining = "train_quick_200_s"
    case quickTrainingWork = "train_quick_200_processor_s"

    /// What the figure should be at most or at least; nil where nothing is wanted of it, or it depends on the images.
    package var goal: Double? {
        switch self {
        case .products: 80
        case .scoreAVX512: 12
        case .scoreAVX2: 20
        case .scanPNG: 85
        case .scanJPEG: 60
        case .scanRate: 110
        case .jobsGain, .normalJobsGain: 1.9
        case .firstScore: 60
        case .quickTraining: 15
        case .peak, .convolution, .wholeProducts, .wholeConvolution, .decodePNG, .decodeJPEG,
            .scanPNGWork, .scanJPEGWork,
            .scanReducedJPEG, .scanWork, .normalScanRate, .scanMemory, .start, .startWork,
            .quickTrainingWork:
            nil
        }
    }

    /// What it is, for people.
    package var title: String {
        switch self {
        case .peak: "multiply-adds on registers alone"
        case .products: "layers' products, of peak"
        case .convolution: "convolution's products, of peak"
        case .wholeProducts: "layers' products in int16, of the floats' peak"
        case .wholeConvolution: "convolution's in int16, of the floats' peak"
        case .decodePNG: "decoding 1024 x 1024 PNGs, pixels"
        case .decodeJPEG: "decoding 1024 x 1024 JPEGs, pixels"
        case .scoreAVX512: "encode and score, AVX-512"
        case .scoreAVX2: "encode and score, AVX2"
        case .scanPNG: "scan of 1024 x 1024 PNGs, of the rate of decoding"
        case .scanPNGWork: "the same by processor time"
        case .scanJPEG: "scan of 1024 x 1024 JPEGs, of the rate of decoding"
        case .scanJPEGWork: "the same by processor time"
        case .scanReducedJPEG: "scan of 1024 x 1024 JPEGs, of reduced decoding"
        case .scanRate: "scan of the folder with all pictures, 2 jobs"
        case .scanWork: "the same, processor time"
        case .jobsGain: "2 jobs of 1"
        case .normalScanRate: "scan of the normal images, 2 jobs"
        case .normalJobsGain: "2 jobs of 1 there"
        case .scanMemory: "peak memory of the scan"
        case .firstScore: "start to the record of a small image, by a worker"
        case .start: "start to exit of a scan of it"
        case .startWork: "the same, processor time"
        case .quickTraining: "training, effort quick, 200 images"
        case .quickTrainingWork: "the same, processor time"
        }
    }
}
