import ArgumentParser
import Queries
import WriteAheadLog

extension LogCommand {
    /// `logway log checkpoint`.
    struct CheckpointCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "checkpoint",
            abstract: "Signs how far the log has come and what it holds.",
            discussion: """
                Keep checkpoints and the public key somewhere else: `logway log verify --against` \
                then shows that nothing was removed or rewritten since. The key is made at its \
                first use, in checkpoint.key of the data directory.
                """
        )

        @OptionGroup var readingOptions: ReadingOptions
        @Option(name: .long, help: "Writes the checkpoint to this file.")
        var out: String?
        @Option(name: .long, help: "Signs with the key in this file: 64 hexadecimal digits.")
        var key: String?
        @Flag(
            name: .long,
            help: "Prints the checkpoint, which is JSON in any case, with --out as well."
        )
        var json = false

        func run() throws {
            let checkpoint = try readingOptions.queries().checkpoint(keyFile: key)
            if json || out == nil { Output.line(checkpoint.json) }
            if let out { try checkpoint.write(to: out) }
        }
    }
}

/// What a log is held against: a checkpoint's file, and the public key that is trusted.
struct AgainstOptions: ParsableArguments {
    @Option(name: .long, help: "Also holds the log against the checkpoint in this file.")
    var against: String?
    @Option(
        name: .long,
        help: """
            The public key that must have signed the checkpoint, 64 hexadecimal digits. \
            Default: the one in it, which shows only that it is whole.
            """
    )
    var publicKey: String?

    func validate() throws {
        guard publicKey != nil else { return }
        guard against != nil else { throw ValidationError("--public-key goes with --against") }
        guard publicKeyBytes?.count == 32 else {
            throw ValidationError("--public-key is not 64 hexadecimal digits")
        }
    }

    /// The key's bytes; `nil` without one or for other texts.
    var publicKeyBytes: [UInt8]? {
        guard let digits = publicKey?.utf8.map({ Character(UnicodeScalar($0)).hexDigitValue }),
            digits.count % 2 == 0
        else { return nil }
        return stride(from: 0, to: digits.count, by: 2).compactMap { index in
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            return UInt8(high << 4 | low)
        }
    }

    /// The checkpoint, if one is asked for.
    ///
    /// - Throws: `QueryError` if the file can't be read, `LogError.invalidCheckpoint`.
    func checkpoint() throws -> Checkpoint? { try against.map { try Checkpoint(file: $0) } }
}
