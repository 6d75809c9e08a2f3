import Crypto
import Ledger
package import ServiceKit

/// Makes the codes of a second factor, and what is kept of them: keyed hashes, for a code of six
/// digits is found at once from a plain one.
package struct Codes: Sendable {
    package static let recoveryCodes = 10
    private let key: SymmetricKey

    package init(secret: Secret) { key = .derived(from: secret, for: "teller codes") }

    /// Six digits for a message.
    func digits() -> String {
        var generator = SystemRandomNumberGenerator()
        let number = String(UInt32.random(in: 0..<1_000_000, using: &generator))
        return String(repeating: "0", count: 6 - number.utf8.count) + number
    }

    /// `xxxxx-xxxxx`: 50 random bits in lower-case Crockford base32.
    func recoveryCode() -> String {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let text = RandomBytes.make(10).map { letters[Int($0 & 31)] }
        return String(text.prefix(5)) + "-" + String(text.suffix(5))
    }

    /// A code's hash, good for this challenge alone.
    func hash(_ code: String, of challenge: ChallengeID) -> [UInt8] {
        hash("\(challenge) \(code)")
    }

    /// The same for this customer's recovery codes, however they are written.
    func hash(recoveryCode: String, of customer: CustomerID) -> [UInt8] {
        let plain = recoveryCode.lowercased().filter { $0.isLetter || $0.isNumber }
        return hash("\(customer) \(plain)")
    }

    private func hash(_ text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// In a time that tells nothing of where they differ.
    static func areEqual(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        SHA256.hash(data: Array(left.utf8)) == SHA256.hash(data: Array(right.utf8))
    }

    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        SHA256.hash(data: left) == SHA256.hash(data: right)
    }
}

/// Seals what must be read again (a message with a code, the secret of an authenticator) and yet
/// not stand in the database as it is. Source: AES-256-GCM, NIST SP 800-38D.
package struct SealedBox: Sendable {
    private let key: SymmetricKey

    package init(secret: Secret) { key = .derived(from: secret, for: "teller sealed box") }

    /// `owner` is whose it is: sealed for one, it does not open for another.
    package func seal(_ bytes: [UInt8], owner: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(owner.utf8))
        guard let combined = box.combined else { throw Problem(.internalError) }
        return Array(combined)
    }

    /// Nil if it was sealed for another, with another key, or was changed.
    package func open(_ sealed: [UInt8], owner: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let bytes = try? AES.GCM.open(box, using: key, authenticating: Array(owner.utf8))
        else { return nil }
        return Array(bytes)
    }
}
