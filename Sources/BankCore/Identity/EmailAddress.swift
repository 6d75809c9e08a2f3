import Foundation

/// An e-mail address, and the key that makes it unique.
///
/// Two writings of one address (case, NFC or NFD, compatibility forms such as full-width
/// letters, zero-width characters in between) have the same key: one customer, one counter of
/// failed log-ins. Source: Unicode Standard Annex #15 (NFKC), the default case folding of
/// chapter 3.13, default ignorable code points of the Unicode Character Database.
package struct EmailAddress: Hashable, Sendable {
    /// As it was written.
    package let text: String
    package let key: String

    /// Source: RFC 5321 section 4.5.3.1, of which 254 is what fits into a path.
    package static let bytesMax = 254
    private static let localBytesMax = 64

    /// Nil unless the text has the form `local@domain` of RFC 5321, without quotes or comments.
    package init?(_ text: String) {
        let key = Self.key(of: text)
        guard text.utf8.count <= Self.bytesMax, key.utf8.count <= Self.bytesMax,
            Self.isAddress(key)
        else { return nil }
        self.text = text
        self.key = key
    }

    /// The key of any text: also what is no address gets one, so that it can be counted.
    package static func key(of text: String) -> String {
        var scalars = String.UnicodeScalarView()
        let normal = text.precomposedStringWithCompatibilityMapping
        for scalar in normal.unicodeScalars where !scalar.properties.isDefaultIgnorableCodePoint {
            scalars.append(scalar)
        }
        // Upper case first: it folds what lower case alone leaves apart (ß, ſ, final sigma).
        return String(scalars).uppercased().lowercased().precomposedStringWithCompatibilityMapping
    }

    private static func isAddress(_ key: String) -> Bool {
        let parts = key.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...localBytesMax).contains(parts[0].utf8.count) else {
            return false
        }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return isDotText(parts[0]) && labels.allSatisfy(isLabel)
    }

    private static func isDotText(_ local: Substring) -> Bool {
        local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.unicodeScalars.allSatisfy(isAtomScalar)
        }
    }

    private static func isAtomScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return isLetterLike(scalar) }
        let special: [Unicode.Scalar] = [
            "(", ")", "<", ">", "[", "]", ":", ";", "@", "\\", ",", "\"",
        ]
        return scalar.value > 0x20 && scalar.value < 0x7F && !special.contains(scalar)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.unicodeScalars.allSatisfy { scalar in
                scalar == "-" || isLetterLike(scalar)
            }
    }

    private static func isLetterLike(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .titlecaseLetter,
            .decimalNumber, .nonspacingMark, .spacingMark:
            true
        default: false
        }
    }
}
