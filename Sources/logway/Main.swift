import ArgumentParser
import Foundation

/// The entry point: parses, runs, and turns whatever happens into an exit code that scripts can use.
@main
enum Main {
    static func main() async {
        occupyStandardDescriptors()
        // A reader that closes its end of a pipe (head, less) ends the command, not with a crash.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try LogwayCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    /// Opens what the process was started without (`2>&-`): else the next file would have its number, and
    /// what is said to people would be written into the log.
    private static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is this one.
            // SAFETY: a Swift string lends its bytes to the call as a C string.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    /// Prints what there is to say and exits: 0 fine, 1 failed, 2 wrong usage, 3 checked and bad.
    private static func end(_ error: any Error) -> Never {
        if let found = error as? CheckFailed {
            if let message = found.message { Output.error(message) }
            exit(3)
        }
        let code = LogwayCommand.exitCode(for: error)
        if code == .success {
            Output.write(LogwayCommand.fullMessage(for: error) + "\n")
            exit(0)
        }
        if code == .validationFailure {
            Output.errorText(LogwayCommand.fullMessage(for: error))
            exit(2)
        }
        Output.error("\(error)")
        exit(1)
    }
}

/// Something was checked and found bad: exit code 3.
struct CheckFailed: Error {
    /// What to say besides what was printed already.
    var message: String?
}

/// A command can't do what it was asked, for a reason that is worth a sentence: exit code 1.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
