import Ledger
package import ServiceKit

/// What a message says, and the code in it, if there is one.
package struct MessageText: Hashable, Sendable {
    package let text: Secret
    package let code: Secret?

    package init(text: String, code: String?) {
        self.text = Secret(text)
        self.code = code.map { Secret($0) }
    }

    package static func oneTimeCode(_ code: String, minutes: Int64) -> MessageText {
        MessageText(
            text: "\(code) is your Teller code, good for \(minutes) minutes. Tell it to nobody.",
            code: code)
    }

    /// The code, a line feed, the text.
    func sealed(_ box: SealedBox, for id: MessageID) throws -> [UInt8] {
        let line = (code?.value ?? "") + "\n" + text.value
        return try box.seal(Array(line.utf8), owner: id.description)
    }

    /// Nil if another key sealed it.
    init?(_ message: OutgoingMessage, _ box: SealedBox) {
        guard let bytes = box.open(message.sealed, owner: message.id.description) else {
            return nil
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count == 2 else { return nil }
        self.init(text: String(last), code: first.isEmpty ? nil : String(first))
    }
}
