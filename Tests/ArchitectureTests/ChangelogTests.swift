import Foundation
import Testing

/// docs/CHANGELOG.md: in the form of Keep a Changelog, with the version of the code as its newest.
@Suite("Changelog")
struct ChangelogTests {
    @Test func `versions have dates, and their changes stand under the usual headings`() throws {
        let text = try Documents.text("docs/CHANGELOG.md")
        let versions = text.matches(of: /(?m)^## (.*)$/).map { String($0.1) }
        #expect(versions.first == "[Unreleased]")
        for version in versions.dropFirst() {
            #expect(version.contains(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/), "\(version)")
        }
        let standard = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
        for version in versions {
            let section = try #require(Documents.section("## \(version)", of: text))
            let headings = section.matches(of: /(?m)^### (.*)$/).map { String($0.1) }
            #expect(headings == standard.filter(headings.contains), "\(version) has \(headings)")
        }
    }

    @Test func `the newest version is that of the code`() throws {
        let text = try Documents.text("docs/CHANGELOG.md")
        let newest = try #require(text.firstMatch(of: /(?m)^## \[(\d+\.\d+\.\d+)\]/)).1
        let code = try Documents.text("Sources/Gateway/Server/Gateway.swift")
        #expect(code.contains("static let version = \"\(newest)\""), "\(newest) is not the code's")
    }
}
