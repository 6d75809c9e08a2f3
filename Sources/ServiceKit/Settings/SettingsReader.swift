/// Reads settings one by one and remembers every fault, so that all are reported together.
///
/// A variable that is empty counts as not set. The environment comes before `.env`.
package struct SettingsReader {
    private let environment: [String: String]
    private let file: [String: String]
    package private(set) var faults: [SettingFault] = []

    package init(environment: [String: String], file: DotEnvFile = DotEnvFile()) {
        self.environment = environment
        self.file = file.values
        self.faults = file.faults
    }

    package mutating func fault(_ name: SettingName, _ reason: String) {
        faults.append(SettingFault(name: name.rawValue, reason: reason))
    }

    package func text(_ name: SettingName) -> String? {
        for values in [environment, file] {
            if let value = values[name.rawValue], !value.isEmpty { return value }
        }
        return nil
    }

    package mutating func required(_ name: SettingName, _ hint: String) -> String? {
        if let text = text(name) { return text }
        fault(name, "is required: \(hint)")
        return nil
    }

    /// What `parse` makes of the text; nil if it is not set, or (a fault) makes no sense.
    package mutating func value<Value>(
        _ name: SettingName, expected: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = parse(text) { return value }
        fault(name, "\(expected) is expected")
        return nil
    }

    package mutating func integer(
        _ name: SettingName, in range: ClosedRange<Int>, standard: Int
    ) -> Int {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return value(name, expected: expected) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        } ?? standard
    }

    package mutating func flag(_ name: SettingName, standard: Bool) -> Bool {
        value(name, expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "1", "yes", "on": true
            case "false", "0", "no", "off": false
            default: nil
            }
        } ?? standard
    }

    /// Texts between commas, spaces around them dropped.
    package mutating func list<Element>(
        _ name: SettingName, expected: String, _ parse: (String) -> Element?
    ) -> [Element]? {
        guard let text = text(name) else { return nil }
        var elements: [Element] = []
        for part in text.split(separator: ",") {
            let part = part.trimmingSpaces
            if part.isEmpty { continue }
            guard let element = parse(part) else {
                fault(name, "\(expected) is expected instead of \"\(part.prefix(80))\"")
                continue
            }
            elements.append(element)
        }
        return elements
    }

    /// The settings as `make` builds them, or all faults that were found.
    package consuming func finish<Settings>(
        _ make: () -> Settings?
    ) throws(SettingsError) -> Settings {
        guard faults.isEmpty, let settings = make() else { throw SettingsError(faults: faults) }
        return settings
    }
}

/// One setting that is missing, unknown or wrong. Never holds a secret's value.
package struct SettingFault: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let reason: String
    package var description: String { "\(name): \(reason)" }
}

/// The settings have faults: the process ends with exit code 78.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    package let faults: [SettingFault]

    package var description: String {
        let list = faults.map { "  \($0)" }.joined(separator: "\n")
        return "the settings have faults (see docs/configuration.md):\n\(list)"
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    var trimmingSpaces: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
