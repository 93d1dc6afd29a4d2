import Testing

@Suite("Reading Package.swift")
struct ManifestTests {
    static let text = """
        // swift-tools-version: 6.2
        let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
        let nio: [Target.Dependency] = [
            .product(name: "NIOCore", package: "swift-nio"), // "NIO"
            .product(name: "NIOPosix", package: "swift-nio"),
        ]
        func layer(_ name: String) -> Target { .target(name: name, dependencies: []) }
        let package = Package(
            name: "p",
            products: [.executable(name: "p", targets: ["p"])],
            dependencies: [.package(url: "https://example.org/x.git", from: "1.0.0")],
            targets: [
                layer("Low"),
                layer("Middle", on: ["Low", crypto] + nio, and: more),
                .target(name: "Odd", dependencies: [.target(name: "Low")], path: "odd"),
                .executableTarget(name: "p", dependencies: ["Middle", "Odd"]),
                tests(of: "Low", on: ["Odd"]),
                TARGET
            ]
        )
        """

    static func manifest(_ target: String = "") throws -> Manifest {
        try Manifest(text.replacing("TARGET", with: target))
    }

    @Test func `targets are read with their dependencies and folders`() throws {
        let read = try Self.manifest().targets.map { "\($0.kind) \($0.folder) \($0.dependencies)" }
        #expect(
            read == [
                #"layer Sources/Low []"#,
                #"layer Sources/Middle ["Low", "Crypto", "NIOCore", "NIOPosix"]"#,
                #"target odd ["Low"]"#,
                #"executableTarget Sources/p ["Middle", "Odd"]"#,
                #"tests Tests/LowTests ["Odd"]"#,
            ]
        )
    }

    @Test func `what is not understood is refused`() {
        #expect(throws: Manifest.Problem.unknownTarget("macro")) {
            try Self.manifest(#".macro(name: "M")"#)
        }
        #expect(throws: Manifest.Problem.unknownDependency("unknown")) {
            try Self.manifest(#"layer("M", on: ["Low", unknown])"#)
        }
        #expect(throws: Manifest.Problem.unknownDependency("byName")) {
            try Self.manifest(#"layer("M", on: [.byName(name: "Low")])"#)
        }
        #expect(throws: Manifest.Problem.noTargets) { try Manifest("let package = Package()") }
    }
}
