import BankAPI
import Foundation

/// Data on stdout, everything else on stderr.
enum Console {
    /// Whether a person watches: then a line of progress may be written over itself.
    private static let isTerminal = isatty(STDERR_FILENO) == 1

    static func data(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func json(_ body: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        json.object(body)
        data(json.text)
    }

    static func note(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// The title of something that takes long; lines of progress follow.
    static func begin(_ title: String) { note(isTerminal ? title + "\n" : title) }

    /// How far it is: rewritten in place on a terminal, a line each elsewhere.
    static func progress(_ line: String) {
        note(isTerminal ? "\u{1B}[1A\u{1B}[2K" + line : line)
    }
}
