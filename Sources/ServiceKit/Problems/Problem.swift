package import BankAPI
package import HTTPTypes
package import Hummingbird
package import Ledger
import NIOCore

/// What a caller is told when a request was not done: `application/problem+json` (RFC 9457).
///
/// Throw it from a controller; the middleware renders it with the request ID. Never put
/// secrets or texts of a driver into `detail`.
package struct Problem: Error, Hashable, Sendable {
    package let code: ProblemCode
    /// A sentence about this occurrence, for people.
    package let detail: String
    /// All faults of the request, by JSON pointer. Empty but for `validation_failed`.
    package let errors: [FieldFault]
    /// The record of a refused transaction.
    package let transactionID: TransactionID?
    /// The request that this is the answer to, if it is an earlier one: a replay's body is the
    /// old one, byte for byte.
    package let requestID: String?
    /// When to try again, in seconds. Goes into `Retry-After`.
    package let retryAfterSeconds: Int?
    /// What else goes into the response's head: `Allow`, `WWW-Authenticate`.
    package let headers: HTTPFields

    package init(
        _ code: ProblemCode, _ detail: String? = nil, errors: [FieldFault] = [],
        transactionID: TransactionID? = nil, requestID: String? = nil,
        retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]
    ) {
        self.code = code
        self.detail = detail ?? code.title + "."
        self.errors = errors
        self.transactionID = transactionID
        self.requestID = requestID
        self.retryAfterSeconds = retryAfterSeconds
        self.headers = headers
    }

    /// A 400 with all the faults that were found.
    package static func validation(_ faults: [FieldFault]) -> Problem {
        let detail = faults.count == 1 ? "1 fault was found." : "\(faults.count) faults were found."
        return Problem(.validationFailed, detail, errors: faults)
    }

    /// A 400 with one fault.
    package static func validation(
        _ pointer: String, _ code: FieldFaultCode, _ detail: String
    ) -> Problem {
        validation([FieldFault(pointer: pointer, code: code, detail: detail)])
    }

    /// A refusal of the ledger as the caller gets it: that of `transaction`, if it is recorded.
    package init(
        _ refusal: Refusal, transactionID: TransactionID? = nil, requestID: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.init(
            ProblemCode(refusal), refusal.detail, transactionID: transactionID,
            requestID: requestID, headers: headers)
    }
}

extension Problem {
    /// The problem's members: `type`, `title`, `status`, `code`, `detail`, `requestId`,
    /// `retryable` and, where they apply, `transactionId` and `errors`.
    ///
    /// `requestID`: this request's, unless the problem has an earlier one. `more` writes members
    /// of the code's own.
    package func write(
        to json: inout JSONWriter, requestID: String,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        json.object { json in
            json.member("type", "urn:teller:problem:\(code.rawValue)")
            json.member("title", code.title)
            json.member("status", code.status.code)
            json.member("code", code.rawValue)
            json.member("detail", detail)
            json.member("requestId", self.requestID ?? requestID)
            json.member("retryable", code.retryable)
            if let transactionID { json.member("transactionId", describing: transactionID) }
            more(&json)
            guard !errors.isEmpty else { return }
            json.key("errors")
            json.array(errors) { json, fault in
                json.object { json in
                    json.member("pointer", fault.pointer)
                    json.member("code", fault.code.rawValue)
                    json.member("detail", fault.detail)
                }
            }
        }
    }

    package func response(
        requestID: String, _ more: (inout JSONWriter) -> Void = { _ in }
    ) -> Response {
        var json = JSONWriter()
        write(to: &json, requestID: requestID, more)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        if let retryAfterSeconds { headers[.retryAfter] = String(max(1, retryAfterSeconds)) }
        if code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: code.status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
