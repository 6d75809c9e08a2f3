// swift-tools-version: 6.2
import PackageDescription

// Targets stand in the order of docs/architecture.md: a target may import those above it here.
// The compiler checks it: scripts/check builds with
// `--explicit-target-dependency-import-check error`.

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let collections = product(name: "Collections", package: "swift-collections")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let dequeModule = product(name: "DequeModule", package: "swift-collections")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let histogram = product(name: "Histogram", package: "hdrhistogram-swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
    static let jwtKit = product(name: "JWTKit", package: "jwt-kit")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1 = product(
        name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioWebSocket = product(name: "NIOWebSocket", package: "swift-nio")
    static let orderedCollections = product(
        name: "OrderedCollections", package: "swift-collections")
    static let serviceLifecycle = product(
        name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

let package = Package(
    name: "teller",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        // C: the only place that sees bson_t
        .systemLibrary(
            name: "CMongoC", pkgConfig: "libmongoc-1.0", providers: [.apt(["libmongoc-dev"])]),

        // Values: no I/O
        .target(name: "BSON"),
        .target(name: "Ledger", dependencies: [.crypto]),
        .target(name: "BankAPI", dependencies: ["Ledger"]),

        // Kits: what any service needs, and the typed driver
        .target(
            name: "Mongo",
            dependencies: [
                "CMongoC", "BSON", .coreMetrics, .dequeModule, .logging, .metrics,
                .serviceLifecycle,
            ]),
        .target(
            name: "ServiceKit",
            dependencies: [
                "BankAPI", "Ledger", .coreMetrics, .crypto, .cryptoExtras, .httpTypes,
                .hummingbird, .hummingbirdCore, .logging, .metrics, .nioCore, .nioPosix,
                .serviceLifecycle, .unixSignals,
            ]),

        // Services: use cases and their face; each owns its port
        .target(
            name: "BankCore",
            dependencies: [
                "BankAPI", "Ledger", "ServiceKit", .asyncHTTPClient, .collections, .crypto,
                .httpTypes, .hummingbird, .logging, .metrics, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]),
        .target(
            name: "Realtime",
            dependencies: [
                "BankAPI", "Ledger", "ServiceKit", .coreMetrics, .crypto, .dequeModule,
                .httpTypes, .hummingbird, .hummingbirdCore, .logging, .metrics, .nioCore,
                .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioPosix, .nioWebSocket,
                .orderedCollections, .serviceLifecycle,
            ]),

        // Adapter: the storage ports on MongoDB
        .target(
            name: "BankStorage",
            dependencies: [
                "BSON", "BankAPI", "BankCore", "Ledger", "Mongo", "Realtime", "ServiceKit",
                .collections, .crypto, .logging, .metrics, .serviceLifecycle,
            ]),

        // Executables: they only wire
        .executableTarget(
            name: "bank-core",
            dependencies: [
                "BankCore", "BankStorage", "Ledger", "Mongo", "ServiceKit", .hummingbird, .logging,
                .metrics, .nioCore, .nioPosix, .serviceLifecycle,
            ]),
        .executableTarget(
            name: "bank-websocket",
            dependencies: [
                "BankStorage", "Ledger", "Mongo", "Realtime", "ServiceKit", .hummingbird,
                .hummingbirdCore, .logging,
                .metrics, .nioCore, .nioPosix, .serviceLifecycle,
            ]),
        .executableTarget(
            name: "bankctl",
            dependencies: [
                "BankAPI", "BankCore", "BankStorage", "Ledger", "Mongo", "Realtime", "ServiceKit",
                .argumentParser, .asyncHTTPClient, .httpTypes, .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle,
            ]),
        .executableTarget(
            name: "bank-load",
            dependencies: [
                "BankAPI", "Ledger", .argumentParser, .asyncHTTPClient, .heap, .histogram,
                .logging, .nioCore, .nioHTTP1, .nioPosix, .nioWebSocket,
            ]),
        .executableTarget(
            name: "bench-raw", dependencies: ["BSON", "Mongo", .argumentParser, .logging]),

        // Tests: XTests need nothing, XIntegrationTests need the replica set of scripts/test.
        // Executables are tested as processes by Tests/EndToEnd, CMongoC through Mongo.
        .target(
            name: "BankTesting",
            dependencies: [
                "BSON", "BankAPI", "BankCore", "BankStorage", "Ledger", "Mongo", "ServiceKit",
                .logging,
            ],
            path: "Tests/BankTesting"),
        .testTarget(
            name: "BankCoreTests",
            dependencies: [
                "BankAPI", "BankCore", "BankTesting", "Ledger", "ServiceKit", .httpTypes,
                .hummingbird, .hummingbirdTesting, .logging, .nioCore, .serviceLifecycle,
            ]),
        .testTarget(name: "BSONTests", dependencies: ["BSON"]),
        .testTarget(name: "MongoTests", dependencies: ["BSON", "Mongo"]),
        .testTarget(
            name: "MongoIntegrationTests", dependencies: ["BSON", "BankTesting", "Mongo", .logging]),
        .testTarget(
            name: "RealtimeTests",
            dependencies: [
                "BankAPI", "Ledger", "Realtime", "ServiceKit", .hummingbird, .hummingbirdCore,
                .logging, .nioCore, .nioPosix, .serviceLifecycle,
            ]),
        .testTarget(
            name: "RealtimeIntegrationTests",
            dependencies: [
                "BSON", "BankCore", "BankStorage", "BankTesting", "Ledger", "Mongo", "Realtime",
                "ServiceKit", .logging,
            ]),
        .testTarget(
            name: "ServiceKitTests",
            dependencies: [
                "BankAPI", "Ledger", "ServiceKit", .coreMetrics, .crypto, .httpTypes, .hummingbird,
                .hummingbirdTesting, .jwtKit, .logging, .nioCore,
            ]),
        .testTarget(name: "BankAPITests", dependencies: ["BankAPI", "Ledger"]),
        .testTarget(name: "LedgerTests", dependencies: ["Ledger"]),
        .testTarget(
            name: "BankStorageIntegrationTests",
            dependencies: [
                "BSON", "BankAPI", "BankCore", "BankStorage", "BankTesting", "Ledger", "Mongo",
                "ServiceKit", .logging,
            ]),
        .testTarget(
            name: "BankLoadTests",
            dependencies: [
                "bank-load", "BankAPI", "Ledger", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix,
                .nioWebSocket,
            ]),
    ]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
