/// A currency of ISO 4217 with its exponent: how many decimals its minor unit stands for.
///
/// Four bytes and one: comparing and hashing a currency costs no more than a number.
package struct Currency: Hashable, Sendable {
    /// The three letters, the first one highest.
    private let letters: UInt32
    private let decimals: UInt8

    /// Nil unless `code` is an active ISO 4217 currency, written in upper case.
    package init?(_ code: String) {
        self.init(packed: Self.pack(code.utf8))
    }

    /// The same of a text's bytes.
    package init?(utf8 code: ArraySlice<UInt8>) {
        self.init(packed: Self.pack(code))
    }

    private init?(packed letters: UInt32?) {
        guard let letters, let decimals = Self.exponents[letters] else { return nil }
        self.letters = letters
        self.decimals = decimals
    }

    private init(letters: UInt32, decimals: UInt8) {
        self.letters = letters
        self.decimals = decimals
    }

    /// Three upper-case letters.
    package var code: String {
        String(unsafeUninitializedCapacity: 3) { buffer in
            for (index, shift) in [16, 8, 0].enumerated() {
                buffer[index] = UInt8(truncatingIfNeeded: letters >> shift)
            }
            return 3
        }
    }

    /// 2 for most; 0 for JPY, 3 for KWD.
    package var exponent: Int { Int(decimals) }

    /// Every active currency, by code.
    package static let all: [Currency] = exponents.sorted { $0.key < $1.key }
        .map { Currency(letters: $0.key, decimals: $0.value) }

    private static let exponents: [UInt32: UInt8] = {
        var exponents: [UInt32: UInt8] = [:]
        for (exponent, codes) in codesByExponent {
            for code in codes.split(whereSeparator: \.isWhitespace) {
                if let letters = pack(code.utf8) { exponents[letters] = exponent }
            }
        }
        return exponents
    }()

    private static func pack(_ bytes: some Collection<UInt8>) -> UInt32? {
        guard bytes.count == 3 else { return nil }
        var letters: UInt32 = 0
        for byte in bytes {
            guard UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte else { return nil }
            letters = letters << 8 | UInt32(byte)
        }
        return letters
    }
}

extension Currency: CustomStringConvertible {
    package var description: String { code }
}
