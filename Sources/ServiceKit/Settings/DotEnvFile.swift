#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The settings of a `.env` file: `NAME=value` lines, `#` comments, quotes around values.
///
/// Unlike the environment, the file is ours alone: a name that is no setting is a fault, so
/// that a misspelt one cannot pass in silence.
package struct DotEnvFile: Hashable, Sendable {
    package private(set) var values: [String: String] = [:]
    package private(set) var faults: [SettingFault] = []

    private static let bytesMax = 64 * 1_024

    package init() {}

    /// `path` need not exist.
    package init(path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        guard data.count <= Self.bytesMax, let text = String(validating: data, as: UTF8.self)
        else {
            fault(".env", "is no text of at most 64 KiB")
            return
        }
        read(text)
    }

    package init(text: String) { read(text) }

    private mutating func read(_ text: String) {
        for (index, line) in text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            read(line.trimmingSpaces, at: index + 1)
        }
    }

    private mutating func read(_ line: String, at number: Int) {
        if line.isEmpty || line.first == "#" { return }
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return fault(".env line \(number)", "is not NAME=value")
        }
        var name = parts[0].trimmingSpaces
        if name.hasPrefix("export ") { name = name.dropFirst(7).trimmingSpaces }
        guard SettingName(rawValue: name) != nil else {
            return fault(String(name.prefix(80)), "is no setting (.env line \(number))")
        }
        guard values[name] == nil else {
            return fault(name, "stands twice in .env (line \(number))")
        }
        values[name] = Self.unquoted(parts[1].trimmingSpaces)
    }

    private mutating func fault(_ name: String, _ reason: String) {
        faults.append(SettingFault(name: name, reason: reason))
    }

    private static func unquoted(_ text: String) -> String {
        for quote in ["\"", "'"] as [Character] {
            if text.count >= 2, text.first == quote, text.last == quote {
                return String(text.dropFirst().dropLast())
            }
        }
        return text
    }
}
