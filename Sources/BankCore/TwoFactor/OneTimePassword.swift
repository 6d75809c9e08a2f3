import Crypto
package import Ledger

/// Time-based one-time passwords with SHA-1 and steps of 30 seconds, as authenticator
/// applications make them. Source: RFC 6238, RFC 4226.
package enum OneTimePassword {
    package static let digits = 6
    package static let stepSeconds: Int64 = 30
    package static let secretBytes = 20
    /// How many steps a device's clock may be off, to either side.
    private static let stepsOff: Int64 = 1

    /// - Parameter digits: 1…9.
    package static func code(secret: [UInt8], step: Int64, digits: Int = digits) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(
                for: counter, using: SymmetricKey(data: secret)))
        // Dynamic truncation: four bytes at the place that the last one names.
        let offset = Int((mac.last ?? 0) & 0x0F)
        let bytes = mac.dropFirst(offset).prefix(4)
        let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(UInt32(1)) { value, _ in value * 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    package static func step(at time: Timestamp) -> Int64 {
        time.milliseconds / (stepSeconds * 1_000)
    }

    /// The step whose code this is, now or one step beside; nil if there is none.
    package static func step(of code: String, secret: [UInt8], at time: Timestamp) -> Int64? {
        let now = step(at: time)
        // All are compared, so that the time tells nothing.
        return (now - stepsOff...now + stepsOff).reduce(nil) { found, step in
            Codes.areEqual(self.code(secret: secret, step: step), code) ? step : found
        }
    }

    /// What an authenticator reads as a picture. Source: the Key URI Format of Google
    /// Authenticator.
    package static func uri(secret: [UInt8], account: String) -> String {
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        let label = account.utf8.map { byte in
            allowed.contains(byte)
                ? String(Unicode.Scalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
        return "otpauth://totp/Teller:\(label)?secret=\(Base32.encode(secret))&issuer=Teller"
            + "&algorithm=SHA1&digits=\(digits)&period=\(stepSeconds)"
    }
}

/// Source: RFC 4648 section 6, without padding.
package enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".unicodeScalars)

    package static func encode(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count)) & 31])
            }
            bits &= (1 << UInt32(count)) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count)) & 31]) }
        return String(text)
    }
}
