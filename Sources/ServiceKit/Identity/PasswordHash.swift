import Crypto
import CryptoExtras

/// A password's hash as a PHC string: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
///
/// Source: PHC string format (github.com/P-H-C/phc-string-format); salt and hash are base64
/// without padding.
package struct PasswordHash: Hashable, Sendable {
    let cost: ScryptCost
    let salt: [UInt8]
    package let hash: [UInt8]

    static let saltBytes = 16
    static let hashBytes = 32

    /// Computes; takes about a quarter of a second at the recommended cost.
    package static func make(
        _ password: [UInt8], cost: ScryptCost, salt: [UInt8]
    ) throws -> PasswordHash {
        let key = try KDF.Scrypt.deriveKey(
            from: password, salt: salt, outputByteCount: hashBytes, rounds: 1 << cost.logN,
            blockSize: cost.r, parallelism: cost.p)
        return PasswordHash(
            cost: cost, salt: salt, hash: key.withUnsafeBytes { Array($0) })
    }

    /// Of any bytes: nobody's hash costs nothing to make.
    init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Nil unless `text` is a PHC string of scrypt whose cost can be borne.
    package init?(phc text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let cost = Self.cost(parts[2]), cost.isBearable,
            let salt = Self.decoded(parts[3]), (8...64).contains(salt.count),
            let hash = Self.decoded(parts[4]), hash.count == Self.hashBytes
        else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    package var phc: String {
        "$scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$"
            + "\(Self.encoded(salt))$\(Self.encoded(hash))"
    }

    /// Whether this is the hash of `password`; takes as long as making it.
    func matches(_ password: [UInt8]) throws -> Bool {
        let other = try Self.make(password, cost: cost, salt: salt)
        // Compared without stopping at the first difference.
        return zip(hash, other.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// `ln=15,r=8,p=3`
    private static func cost(_ text: Substring) -> ScryptCost? {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
        var values: [Int] = []
        for (pair, name) in zip(pairs, ["ln=", "r=", "p="]) {
            guard pair.hasPrefix(name), let value = Int(pair.dropFirst(name.count)) else {
                return nil
            }
            values.append(value)
        }
        guard pairs.count == 3, values.count == 3 else { return nil }
        return ScryptCost(logN: values[0], r: values[1], p: values[2])
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        String(Base64URL.encode(bytes).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    }

    private static func decoded(_ text: Substring) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") })
        else { return nil }
        return Base64URL.decode(
            text.utf8.map {
                switch $0 {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: $0
                }
            })
    }
}
