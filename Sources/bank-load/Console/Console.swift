import Foundation

/// Progress and findings for people, on standard error. Standard output is for results.
package struct Console: Sendable {
    /// Standard error is a terminal: a status line is then written over the last one.
    private let isTerminal: Bool
    private let hasColours: Bool

    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isTerminal = isatty(FileHandle.standardError.fileDescriptor) == 1
        hasColours = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// A line that stays.
    package func say(_ text: String) { write("\(eraser)\(text)\n") }

    /// A line that the next one replaces on a terminal, and that stays in a file.
    package func status(_ text: String) {
        write(isTerminal ? "\(eraser)\(text)" : "\(text)\n")
    }

    package func bad(_ text: String) {
        say(hasColours ? "\u{1B}[31m\(text)\u{1B}[0m" : text)
    }

    /// A result, on standard output.
    package func result(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private var eraser: String { isTerminal ? "\r\u{1B}[K" : "" }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
