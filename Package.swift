// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Settings of the targets that touch C memory: each unsafe use is spelled out.
let memorySafe = strict + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)

/// The stages of an image's way through the program, first to last.
///
/// Each target may depend only on targets above it.
let stages: [Target] = [
    .systemLibrary(
        name: "CPNG",
        pkgConfig: "libpng",
        providers: [.apt(["libpng-dev"]), .brew(["libpng"])]
    ),
    .systemLibrary(
        name: "CJPEG",
        pkgConfig: "libjpeg",
        providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]
    ),
    .target(name: "CImageShim", dependencies: ["CPNG", "CJPEG"]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "Tensors", dependencies: ["CKernels"], swiftSettings: memorySafe),
    .target(
        name: "ImageCodec",
        dependencies: ["CImageShim", "Tensors"],
        swiftSettings: memorySafe
    ),
    .target(name: "SyntheticDefects", dependencies: ["Tensors"], swiftSettings: memorySafe),
    .target(
        name: "SampleImages",
        dependencies: ["ImageCodec", "SyntheticDefects", "Tensors"],
        swiftSettings: strict
    ),
    .target(name: "Patches", dependencies: ["Tensors"], swiftSettings: memorySafe),
    .target(name: "SparseCoding", dependencies: ["Patches", "Tensors"], swiftSettings: memorySafe),
    .target(name: "Discrimination", dependencies: ["Tensors"], swiftSettings: memorySafe),
    .target(
        name: "Scoring",
        dependencies: ["Discrimination", "SparseCoding", "Patches", "Tensors"],
        swiftSettings: memorySafe
    ),
    .target(name: "CFiles"),
    .target(name: "Files", dependencies: ["CFiles"], swiftSettings: memorySafe),
    .target(
        name: "Digests",
        dependencies: [.product(name: "Crypto", package: "swift-crypto")],
        swiftSettings: strict
    ),
    .target(
        name: "ModelFile",
        dependencies: [
            "Digests", "Discrimination", "Files", "Scoring", "SparseCoding", "Patches", "Tensors",
        ],
        swiftSettings: strict
    ),
    .target(
        name: "Reports",
        dependencies: [
            .product(name: "Mustache", package: "swift-mustache"),
            "Digests", "Files", "ImageCodec", "Scoring", "Tensors",
        ],
        resources: [
            .embedInCode("Gallery/gallery.css"), .embedInCode("Gallery/gallery.js"),
            .embedInCode("Gallery/gallery.mustache"),
        ],
        swiftSettings: strict
    ),
    .target(
        name: "RunLedger",
        dependencies: [
            .product(name: "GRDB", package: "GRDB.swift"),
            "Digests", "Files",
        ],
        swiftSettings: memorySafe
    ),
    .target(
        name: "PipelineFile",
        dependencies: [
            .product(name: "Yams", package: "Yams"),
            "Files", "ImageCodec", "Scoring", "SparseCoding", "Patches", "Tensors",
        ],
        swiftSettings: memorySafe
    ),
    .target(
        name: "Pipeline",
        dependencies: [
            "Digests", "Discrimination", "Files", "ImageCodec", "ModelFile", "Patches",
            "PipelineFile", "Reports", "RunLedger", "Scoring", "SparseCoding", "SyntheticDefects",
            "Tensors",
        ],
        swiftSettings: memorySafe
    ),
    .executableTarget(
        name: "residua",
        dependencies: [
            argumentParser,
            .product(name: "Logging", package: "swift-log"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            "Discrimination", "Files", "ImageCodec", "ModelFile", "Patches", "Pipeline",
            "PipelineFile", "Reports", "RunLedger", "SampleImages", "Scoring", "SparseCoding",
            "SyntheticDefects", "Tensors",
        ],
        swiftSettings: strict
    ),
    .executableTarget(
        name: "residua-bench",
        dependencies: [
            "Digests", "Discrimination", "Files", "ImageCodec", "ModelFile", "Patches", "Pipeline",
            "Reports", "SampleImages", "Scoring", "SparseCoding", "SyntheticDefects", "Tensors",
        ],
        swiftSettings: memorySafe
    ),
]

/// A test target beside the target it tests, with `Golden` files where there are any.
func tests(
    of name: String,
    also dependencies: [Target.Dependency] = [],
    hasGoldens: Bool = true
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        resources: hasGoldens ? [.copy("Golden")] : [],
        swiftSettings: strict
    )
}

let testTargets: [Target] = [
    .target(
        name: "TestSupport",
        dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
        path: "Tests/TestSupport",
        swiftSettings: strict
    ),
    .testTarget(
        name: "TestSupportTests",
        dependencies: ["TestSupport"],
        resources: [.copy("Golden")],
        swiftSettings: strict
    ),
    tests(of: "Tensors", hasGoldens: false),
    tests(of: "ImageCodec", also: ["Tensors"]),
    tests(of: "SyntheticDefects", also: ["Tensors"], hasGoldens: false),
    tests(of: "SampleImages", also: ["ImageCodec", "Tensors"]),
    tests(of: "Patches", also: ["Tensors"], hasGoldens: false),
    tests(of: "SparseCoding", also: ["ImageCodec", "Patches", "Tensors"]),
    tests(of: "Discrimination", also: ["Tensors"]),
    tests(of: "Scoring", also: ["Discrimination", "SparseCoding", "Patches", "Tensors"]),
    tests(of: "Files"),
    tests(of: "Digests"),
    tests(
        of: "ModelFile",
        also: [
            "Digests", "Discrimination", "Files", "Scoring", "SparseCoding", "Patches", "Tensors",
        ]
    ),
    tests(of: "RunLedger", also: ["Digests", "Files"]),
    tests(
        of: "PipelineFile",
        also: ["ImageCodec", "Patches", "Scoring", "SparseCoding", "Tensors"]
    ),
    tests(of: "Reports", also: ["Files", "ImageCodec", "Scoring", "Tensors"]),
    tests(
        of: "Pipeline",
        also: [
            "Discrimination", "ImageCodec", "ModelFile", "Patches", "Reports", "Scoring",
            "SparseCoding", "Tensors",
        ],
        hasGoldens: false
    ),
    .testTarget(
        name: "ResiduaBenchTests",
        dependencies: [
            "residua-bench", "ImageCodec", "Pipeline", "Scoring", "SparseCoding", "Tensors",
        ],
        swiftSettings: strict
    ),
    .testTarget(
        name: "ToolTests",
        dependencies: ["Digests", "ImageCodec", "Tensors", "TestSupport"],
        swiftSettings: strict
    ),
]

/// Programs that libFuzzer feeds, for Tests/fuzz.sh; nobody else builds them.
///
/// libFuzzer brings its own `main`, so that these have none.
func fuzzer(of name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "Fuzz\(name)",
        dependencies: dependencies,
        path: "Tests/Fuzz/Fuzz\(name)",
        swiftSettings: memorySafe + [.unsafeFlags(["-parse-as-library"])]
    )
}

let fuzzTargets: [Target] =
    Context.environment["RESIDUA_FUZZ"] == nil
    ? []
    : [
        fuzzer(of: "Images", ["ImageCodec"]),
        fuzzer(
            of: "Models",
            [
                "Discrimination", "ImageCodec", "ModelFile", "Patches", "Pipeline", "Reports",
                "Scoring", "SparseCoding", "Tensors",
            ]
        ),
        fuzzer(of: "Pipelines", ["PipelineFile"]),
    ]

let package = Package(
    name: "residua",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "residua", targets: ["residua"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: stages + testTargets + fuzzTargets,
    swiftLanguageModes: [.v6]
)
