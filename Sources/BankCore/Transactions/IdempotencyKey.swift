import BankAPI
import Crypto
import Hummingbird
import Ledger
import ServiceKit

/// The rules for the header `Idempotency-Key`: one, of 1…255 visible ASCII characters.
enum IdempotencyKey {
    static let bytesMax = 255

    /// The request's key, or what is wrong with it.
    /// - Throws: `idempotency_key_required` if there is none.
    static func read(from request: Request) throws(Problem) -> Result<String, FieldFault> {
        let values = request.headers[values: .idempotencyKey]
        guard let value = values.first else { throw Problem(.idempotencyKeyRequired) }
        if values.count > 1 { return .failure(fault(.duplicateParameter, "One key is expected.")) }
        let bytes = value.utf8
        guard bytes.count <= bytesMax else {
            return .failure(fault(.tooLong, "At most \(bytesMax) characters are allowed."))
        }
        guard !bytes.isEmpty, isVisible(value) else {
            return .failure(fault(.invalidText, "Visible ASCII characters are expected."))
        }
        return .success(value)
    }

    static func isVisible(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func fault(_ code: FieldFaultCode, _ detail: String) -> FieldFault {
        FieldFault(pointer: "Idempotency-Key", code: code, detail: detail)
    }

    /// What is compared when a key comes again: SHA-256 of the canonical text of the request.
    static func digest(of text: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: text)) }
}
