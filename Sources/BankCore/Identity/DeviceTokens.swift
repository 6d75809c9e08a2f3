import Crypto
package import ServiceKit

/// A device on which somebody logged in under an e-mail before.
package struct DeviceToken: Hashable, Sendable {
    /// What the device holds.
    package let text: Secret
    /// Its name among the counters of wrong guesses.
    package let digest: String
}

/// Makes and recognises device tokens: an earlier log-in under this e-mail, signed.
///
/// Such a device has its own count of wrong guesses, so that nobody can lock its owner out; it
/// proves nothing else. Form: base64url of 16 random bytes and a mark (16) over them and the
/// e-mail's key, so that nothing has to be stored.
package struct DeviceTokens: Sendable {
    private static let randomBytes = 16
    private static let markBytes = 16

    private let key: SymmetricKey

    package init(secret: Secret) { key = .derived(from: secret, for: "teller device token") }

    package func make(for emailKey: String) -> DeviceToken {
        token(RandomBytes.make(Self.randomBytes), emailKey)
    }

    /// Nil unless this bank made it for this e-mail.
    package func recognise(_ text: String, for emailKey: String) -> DeviceToken? {
        let count = Self.randomBytes + Self.markBytes
        guard text.utf8.count == (count * 4 + 2) / 3, let bytes = Base64URL.decode(text.utf8),
            bytes.count == count
        else { return nil }
        let token = token(Array(bytes.prefix(Self.randomBytes)), emailKey)
        // Compared as hashes: where they differ first tells nothing.
        return SHA256.hash(data: Array(token.text.value.utf8))
            == SHA256.hash(data: Array(text.utf8)) ? token : nil
    }

    private func token(_ random: [UInt8], _ emailKey: String) -> DeviceToken {
        let code = HMAC<SHA256>.authenticationCode(
            for: random + Array(emailKey.utf8), using: key)
        return DeviceToken(
            text: Secret(Base64URL.encode(random + Array(code).prefix(Self.markBytes))),
            digest: Base64URL.encode(Array(SHA256.hash(data: random))))
    }
}

/// Bytes that nobody can guess.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

extension SymmetricKey {
    /// A key for one purpose alone. Source: RFC 5869 (HKDF).
    static func derived(from secret: Secret, for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(secret.value.utf8)),
            info: Array(purpose.utf8), outputByteCount: 32)
    }
}
