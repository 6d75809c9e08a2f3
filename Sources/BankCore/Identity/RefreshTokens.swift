import Crypto
package import Ledger
package import ServiceKit

/// SHA-256 of a refresh token: what is stored of it.
package struct RefreshTokenHash: Hashable, Sendable {
    package let bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// A refresh token that this bank made: whose session it renews, and 256 bits nobody can guess.
package struct RefreshToken: Hashable, Sendable {
    package let sessionID: SessionID
    fileprivate let random: [UInt8]
    /// What the client holds.
    package let text: Secret

    package var hash: RefreshTokenHash {
        RefreshTokenHash(bytes: Array(SHA256.hash(data: Array(text.value.utf8))))
    }
}

/// Makes and recognises refresh tokens.
///
/// Form: base64url of the session's id (16 bytes), the random part (32) and a mark (16) by which
/// the bank knows its own work, so that an old token can be told from a made-up one without
/// keeping the old ones. A token's successor is a keyed hash of it: when a reply is lost, the
/// same request gets the same successor, and twenty refreshes at once agree on one.
package struct RefreshTokens: Sendable {
    /// How long the former token may be used again, for a reply that was lost.
    package static let graceSeconds: Int64 = 20
    private static let sessionBytes = 16
    private static let randomBytes = 32
    private static let markBytes = 16

    private let key: SymmetricKey

    package init(secret: Secret) {
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(secret.value.utf8)),
            info: Array("teller refresh token".utf8), outputByteCount: 32)
    }

    /// The first token of a session.
    package func first(of session: SessionID) -> RefreshToken {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<Self.randomBytes).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        return make(session, random)
    }

    /// The token that `token` is exchanged for, always the same one.
    package func successor(of token: RefreshToken) -> RefreshToken {
        make(token.sessionID, keyed("next", token.sessionID, token.random))
    }

    /// Nil unless this bank made it.
    package func recognise(_ text: String) -> RefreshToken? {
        let count = Self.sessionBytes + Self.randomBytes + Self.markBytes
        guard text.utf8.count == (count * 4 + 2) / 3,
            let bytes = Base64URL.decode(text.utf8), bytes.count == count
        else { return nil }
        let high = Self.number(bytes[0..<8])
        let low = Self.number(bytes[8..<16])
        let session = SessionID(high: high, low: low)
        let token = make(session, Array(bytes[16..<(16 + Self.randomBytes)]))
        // Compared as hashes: where they differ first tells nothing.
        return SHA256.hash(data: Array(token.text.value.utf8))
            == SHA256.hash(data: Array(text.utf8)) ? token : nil
    }

    private func make(_ session: SessionID, _ random: [UInt8]) -> RefreshToken {
        let mark = keyed("mark", session, random).prefix(Self.markBytes)
        let text = Base64URL.encode(Self.bytes(session) + random + mark)
        return RefreshToken(sessionID: session, random: random, text: Secret(text))
    }

    private func keyed(_ purpose: String, _ session: SessionID, _ random: [UInt8]) -> [UInt8] {
        let text = Array(purpose.utf8) + Self.bytes(session) + random
        return Array(HMAC<SHA256>.authenticationCode(for: text, using: key))
    }

    private static func bytes(_ session: SessionID) -> [UInt8] {
        [session.high, session.low].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { ($0 << 8) | UInt64($1) }
    }
}
