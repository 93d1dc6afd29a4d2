// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: Swift 6 mode, warnings are errors, unsafe code is marked.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Settings of the server's targets: cross-module optimisation on top.
///
/// Upstream must not have it: the agent library
/// will depend on it, and packages with unsafe flags can't be used as dependencies.
let optimised: [SwiftSetting] =
    strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

/// A hash of what was linked, in the executable: snapshots are told apart by it.
let buildID = LinkerSetting.unsafeFlags(["-Xlinker", "--build-id=sha1"])

/// Settings of the log and its tests on top: optimised in debug builds as well, since the tests visit
/// millions of states.
///
/// With threads the compiler writes one object for each file, as the package manager expects.
let proved: [SwiftSetting] = [
    .unsafeFlags(
        ["-O", "-whole-module-optimization", "-num-threads", "2"],
        .when(configuration: .debug)
    )
]

/// A target of the server in Sources/NAME.
func layer(
    _ name: String,
    on dependencies: [Target.Dependency] = [],
    and more: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: optimised + more)
}

/// The tests of one target, in Tests/NAMETests.
func tests(
    of name: String,
    on dependencies: [Target.Dependency] = [],
    exclude: [String] = [],
    and more: [SwiftSetting] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: strict + more
    )
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(
    name: "HummingbirdCore",
    package: "hummingbird"
)
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nio: [Target.Dependency] = [
    nioCore, nioPosix,
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
]
let serviceLifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let rainbow: Target.Dependency = .product(name: "Rainbow", package: "Rainbow")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "logway",
    products: [
        .executable(name: "logway", targets: ["logway"])
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git",
            exact: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle.git",
            from: "2.13.0"
        ),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/onevcat/Rainbow.git", from: "4.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CTimex"),
        layer("Events"),
        layer("JSONBytes"),
        layer("WriteAheadLog", on: ["CLZ4", crypto], and: proved),
        layer("EventLog", on: ["Events", "WriteAheadLog", crypto]),
        layer("RouterState", on: ["Events"]),
        .target(
            name: "Catalog",
            dependencies: ["Events"],
            resources: [.embedInCode("Data")],
            swiftSettings: optimised
        ),
        layer("Learning", on: ["Events"]),
        layer("Routing", on: ["Events", "RouterState", "Learning"]),
        layer("Evaluation", on: ["Events", "EventLog", "RouterState", "Routing"]),
        layer("Reporting", on: ["Events", "RouterState", "JSONBytes"]),
        // Its SQL is a link to the folder `migrations`: what operators read stands at the top, and the
        // executable needs no file beside it.
        .target(
            name: "Projections",
            dependencies: [
                "Events", "EventLog", "WriteAheadLog", "RouterState", "Reporting", grdb, grdbSQLite,
                crypto,
            ],
            resources: [.embedInCode("SQL")],
            swiftSettings: optimised
        ),
        layer("Settings", on: ["Events", "Catalog", yams]),
        layer(
            "Queries",
            on: [
                "Events", "EventLog", "WriteAheadLog", "RouterState", "Evaluation", "Reporting",
                "Projections", "Catalog", "Settings", "JSONBytes",
            ]
        ),
        .target(name: "Upstream", dependencies: ["CCurl"], swiftSettings: strict),
        layer("Providers", on: ["Events", "JSONBytes"]),
        layer("Simulation", on: ["Events", "Catalog", "Settings", hummingbird]),
        layer("Policies", on: ["Events", "Catalog", "Settings"]),
        layer("Platform", on: ["Events", "CTimex", nioCore, nioPosix]),
        layer(
            "Ledger",
            on: [
                "Events", "EventLog", "WriteAheadLog", "RouterState", "Reporting", "Projections",
                "Platform", nioCore, nioPosix, serviceLifecycle, logging,
            ]
        ),
        layer(
            "ProviderClients",
            on: [
                "Events", "WriteAheadLog", "RouterState", "Catalog", "Settings", "Upstream",
                "Providers", "JSONBytes", "Platform", "Ledger", serviceLifecycle, logging,
            ]
        ),
        layer(
            "ClientHTTP",
            on: [
                "Events", "WriteAheadLog", "Settings", "Providers", "Platform", "CZlib",
                hummingbird, hummingbirdCore,
            ] + nio
        ),
        layer(
            "Gateway",
            on: [
                "Events", "EventLog", "RouterState", "Catalog", "Learning", "Routing",
                "Projections", "Settings", "Upstream", "Providers", "JSONBytes", "Simulation",
                "WriteAheadLog", "Policies", "Platform", "Ledger", "ProviderClients", "ClientHTTP",
                crypto, hummingbird, nioCore, nioPosix,
            ]
        ),
        layer(
            "Demo",
            on: [
                "Events", "Catalog", "Settings", "Simulation", "Upstream", "JSONBytes", "Gateway",
                logging,
            ]
        ),
        .executableTarget(
            name: "logway",
            dependencies: [
                "Events", "EventLog", "WriteAheadLog", "RouterState", "Catalog", "Evaluation",
                "Reporting", "Settings", "Queries", "Ledger", "ProviderClients", "Gateway",
                "Simulation", "Demo", "JSONBytes", argumentParser, rainbow,
            ],
            swiftSettings: optimised,
            linkerSettings: [buildID]
        ),
        .executableTarget(
            name: "logbench",
            dependencies: [
                "Events", "EventLog", "RouterState", "WriteAheadLog", "CLZ4", "TestSupport",
            ],
            path: "Tests/LogBench",
            swiftSettings: optimised,
            linkerSettings: [buildID]
        ),
        .executableTarget(
            name: "decidebench",
            dependencies: ["Events", "Learning", "Providers", "RouterState", "Routing"],
            path: "Tests/DecideBench",
            swiftSettings: optimised
        ),
        .target(
            name: "RoutingSupport",
            dependencies: [
                "Events", "EventLog", "RouterState", "Routing", "TestSupport", "WriteAheadLog",
            ],
            path: "Tests/RoutingSupport",
            swiftSettings: strict
        ),
        .target(
            name: "LedgerSupport",
            dependencies: ["Events", "EventLog", "RouterState", "TestSupport", "WriteAheadLog"],
            path: "Tests/LedgerSupport",
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: ["WriteAheadLog"],
            path: "Tests/Support",
            swiftSettings: strict + proved
        ),
        .target(name: "WorkCounter", path: "Tests/WorkCounter"),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        tests(of: "Events", exclude: ["Golden"]),
        tests(of: "JSONBytes"),
        tests(of: "WriteAheadLog", exclude: ["Golden"], and: proved),
        tests(of: "EventLog"),
        tests(of: "RouterState", exclude: ["Golden"]),
        tests(of: "Catalog"),
        tests(of: "Learning", on: ["Events", "Providers"], exclude: ["Golden"]),
        tests(of: "Routing", on: ["RoutingSupport", "WorkCounter"]),
        tests(of: "Evaluation", on: ["RoutingSupport", "Routing"]),
        tests(of: "Reporting"),
        tests(of: "Projections", on: ["Reporting", grdb]),
        tests(of: "Settings"),
        tests(of: "Queries", on: ["RoutingSupport"]),
        tests(of: "Upstream"),
        tests(of: "Providers", on: ["WorkCounter"]),
        tests(of: "Simulation"),
        tests(of: "Policies"),
        tests(of: "Platform"),
        tests(of: "Ledger", on: ["LedgerSupport", "WorkCounter"]),
        tests(of: "ProviderClients"),
        tests(of: "ClientHTTP"),
        tests(of: "Gateway", on: ["LedgerSupport", "Evaluation", "WorkCounter"]),
    ],
    swiftLanguageModes: [.v6]
)
