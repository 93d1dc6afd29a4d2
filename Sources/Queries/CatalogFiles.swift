public import Catalog
public import Events
import Foundation
import JSONBytes
import Settings

/// Reads and writes user catalogues.
public struct CatalogFiles: Sendable {
    private let environment: QueryEnvironment

    /// The files of an environment.
    public init(in environment: QueryEnvironment) {
        self.environment = environment
    }

    /// The user catalogue that a configuration names; `nil` leaves it to the usual place.
    ///
    /// - Parameter configuration: the configuration's file; `nil` takes the usual one if there is one.
    /// - Returns: its path.
    /// - Throws: `SettingsError` if there is a configuration and it is wrong; a variable that is not
    ///   set is no mistake here.
    public func named(byConfiguration configuration: String? = nil) throws -> String? {
        try environment.configurationFile(configuration)
            .flatMap { try environment.settingsForReading($0).catalogFile }
    }

    /// The shipped catalogue under the user's: the file that was named, else the usual one if it
    /// exists.
    ///
    /// - Throws: `QueryError` with the file and the place in it; a file that was named must exist.
    public func catalog(_ named: String?) throws -> Catalog {
        let shipped = try Catalog.shipped
        guard let file = inUse(named), let user = try read(file, mustExist: true)
        else { return shipped }
        do {
            return try shipped.overlaid(with: user)
        } catch {
            throw QueryError.unusable(file: file, reason: error)
        }
    }

    /// The file that was named, else the usual one if it exists.
    public func inUse(_ named: String?) -> String? {
        if let named { return named }
        return standard.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    }

    /// The file that is read when none is named; `nil` where there is no home folder.
    private var standard: String? {
        UserCatalog.defaultFile(environment: environment.variables)
    }

    /// A user catalogue; `nil` if there is no such file and there need not be one.
    private func read(_ file: String, mustExist: Bool) throws(QueryError) -> UserCatalog? {
        guard mustExist || FileManager.default.fileExists(atPath: file) else { return nil }
        let data = try Self.json(file)
        do throws(CatalogError) {
            return try UserCatalog(json: data)
        } catch {
            throw .unusable(file: file, reason: error)
        }
    }

    /// The content of a file, which is JSON.
    private static func json(_ file: String) throws(QueryError) -> Data {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw .unreadable(file: file, reason: (error as NSError).localizedDescription)
        }
        do throws(JSONError) {
            _ = try JSONSlice(validating: [UInt8](data))
        } catch {
            let before = data.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let column = error.offset - start + 1
            throw .notJSON(file: file, line: line, column: column, reason: error)
        }
        return data
    }

    /// Writes a user catalogue so that a reader finds the old one or the new one, never half of it.
    private static func write(_ catalog: UserCatalog, to file: String) throws(QueryError) {
        let url = URL(filePath: file).resolvingSymlinksInPath()
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try catalog.json.write(to: url, options: .atomic)
        } catch {
            throw .unwritable(file: file, reason: (error as NSError).localizedDescription)
        }
    }
}

/// What came of an import of prices.
public struct ImportedPrices: Sendable {
    /// What was taken and what not.
    public let prices: PriceImport
    /// The user catalogue that they were for.
    public let file: String
    /// Whether it was written: not where nothing changed, nor in a dry run.
    public let isWritten: Bool
}

extension CatalogFiles {
    /// Takes prices from a file in LiteLLM's format into a user catalogue.
    ///
    /// What the user has written there stays and goes first.
    ///
    /// - Parameters:
    ///   - file: the price file.
    ///   - target: the user catalogue; `nil` takes the configuration's, else the usual one.
    ///   - configuration: the configuration's file; `nil` takes the usual one if there is one.
    ///   - date: the day that the prices are of.
    ///   - dryRun: whether nothing is written.
    /// - Returns: what was taken and what not, and whether it was written.
    /// - Throws: `QueryError.noCatalogFile`, or with the file and the place in it; `SettingsError` if the
    ///   configuration is needed and wrong.
    public func importPrices(
        from file: String,
        into target: String? = nil,
        configuration: String? = nil,
        asOf date: CivilDate,
        dryRun: Bool = false
    ) throws -> ImportedPrices {
        guard let target = try target ?? named(byConfiguration: configuration) ?? standard else {
            throw QueryError.noCatalogFile
        }
        let user = try read(target, mustExist: false) ?? UserCatalog()
        let data = try Self.json(file)
        let prices: PriceImport
        do {
            prices = try PriceImport(
                liteLLM: data,
                file: URL(filePath: file).lastPathComponent,
                asOf: date,
                shipped: Catalog.shipped,
                user: user
            )
        } catch {
            let place = if case .notPrices = error { file } else { target }
            throw QueryError.unusable(file: place, reason: error)
        }
        let isWritten = !dryRun && prices.result != user
        if isWritten { try Self.write(prices.result, to: target) }
        return ImportedPrices(prices: prices, file: target, isWritten: isWritten)
    }
}
