#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Tells secrets that can be guessed from random ones.
enum SecretStrength {
    static let bytesMin = 32
    /// Words that stand in examples, and (by their length) not in random text.
    private static let knownWords = [
        "secret", "password", "passwort", "changeme", "change-me", "change_me", "example",
        "default", "qwerty", "letmein", "123456", "abcdef", "insecure", "your-256-bit",
        "yoursecret", "mysecret", "jwtsecret", "keyboard", "development", "supersecure",
    ]
    private static let distinctBytesMin = 10
    private static let entropyBitsMin = 90.0

    /// Nil if the secret will do, else what is wrong with it. Never holds the secret.
    static func weakness(of secret: String) -> String? {
        let bytes = Array(secret.utf8)
        let advice = "make one with `openssl rand -base64 48`"
        if bytes.count < bytesMin {
            return "has \(bytes.count) bytes, at least \(bytesMin) are needed: \(advice)"
        }
        let lower = secret.lowercased()
        if knownWords.contains(where: lower.contains) {
            return "contains a well-known word: \(advice)"
        }
        if isPatterned(bytes) || entropyBits(bytes) < entropyBitsMin
            || Set(bytes).count < distinctBytesMin
        {
            return "is too regular to be random: \(advice)"
        }
        return nil
    }

    /// A short block repeated, or a run like `abcdefgh…`.
    private static func isPatterned(_ bytes: [UInt8]) -> Bool {
        for period in 1...(bytes.count / 2) {
            if zip(bytes, bytes.dropFirst(period)).allSatisfy({ $0 == $1 }) { return true }
        }
        let steps = zip(bytes, bytes.dropFirst()).filter { first, second in
            let step = Int(second) - Int(first)
            return (-1...1).contains(step)
        }
        return steps.count * 2 > bytes.count
    }

    /// Shannon's entropy of the bytes' frequencies, times their number.
    private static func entropyBits(_ bytes: [UInt8]) -> Double {
        var counts: [UInt8: Int] = [:]
        for byte in bytes { counts[byte, default: 0] += 1 }
        let total = Double(bytes.count)
        let perByte = counts.values.reduce(0.0) { sum, count in
            let share = Double(count) / total
            return sum - share * log2(share)
        }
        return perByte * total
    }
}
