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
    /// When to try again, in seconds. Goes into `Retry-After`.
    package let retryAfterSeconds: Int?
    /// What else goes into the response's head: `Allow`, `WWW-Authenticate`.
    package let headers: HTTPFields

    package init(
        _ code: ProblemCode, _ detail: String? = nil, errors: [FieldFault] = [],
        retryAfterSeconds: Int? = nil, headers: HTTPFields = [:]
    ) {
        self.code = code
        self.detail = detail ?? code.title + "."
        self.errors = errors
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

    /// A refusal of the ledger as the caller gets it.
    package init(_ refusal: Refusal) {
        self.init(ProblemCode(refusal), refusal.detail)
    }
}

extension Problem {
    /// The problem's members: `type`, `title`, `status`, `code`, `detail`, `requestId`,
    /// `retryable` and, if there are any, `errors`.
    package func write(to json: inout JSONWriter, requestID: String) {
        json.object { json in
            json.member("type", "urn:teller:problem:\(code.rawValue)")
            json.member("title", code.title)
            json.member("status", code.status.code)
            json.member("code", code.rawValue)
            json.member("detail", detail)
            json.member("requestId", requestID)
            json.member("retryable", code.retryable)
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

    package func response(requestID: String) -> Response {
        var json = JSONWriter()
        write(to: &json, requestID: requestID)
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
