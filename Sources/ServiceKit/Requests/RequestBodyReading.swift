package import BankAPI
import HTTPTypes
package import Hummingbird
import NIOCore

/// How large a body may be, in bytes.
package enum BodyLimit {
    package static let standard = 64 * 1_024
    /// For `POST /transactions/batch`.
    package static let batch = 1_024 * 1_024
}

extension Request {
    /// The whole body as JSON, read strictly. 415 unless it says that it is JSON, 413 past
    /// `bytesMax`, 400 for what is no JSON.
    package func json(bytesMax: Int = BodyLimit.standard) async throws -> JSONValue {
        guard hasJSONContentType else { throw Problem(.unsupportedMediaType) }
        let bytes = try await bodyBytes(bytesMax: bytesMax)
        return try Self.parse(bytes)
    }

    /// The body as JSON; nil if it is empty, whatever its type.
    package func jsonIfAny(bytesMax: Int = BodyLimit.standard) async throws -> JSONValue? {
        let bytes = try await bodyBytes(bytesMax: bytesMax)
        guard !bytes.isEmpty else { return nil }
        guard hasJSONContentType else { throw Problem(.unsupportedMediaType) }
        return try Self.parse(bytes)
    }

    /// For requests that need no body: an empty one, or an empty object, with a type or without.
    package func expectEmptyBody() async throws {
        let bytes = try await bodyBytes(bytesMax: BodyLimit.standard)
        guard !bytes.isEmpty else { return }
        var fields = JSONFields(try Self.parse(bytes))
        let faults = fields.finish()
        if !faults.isEmpty { throw Problem.validation(faults) }
    }

    /// The fields of the body's object; all faults at once as a 400.
    package func fields<Value>(
        bytesMax: Int = BodyLimit.standard,
        _ read: (inout JSONFields) -> Value?
    ) async throws -> Value {
        try await json(bytesMax: bytesMax).fields(read)
    }

    private static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
        do throws(JSONError) {
            return try JSONParser.parse(bytes)
        } catch {
            throw Problem.validation([error.fault])
        }
    }

    /// `application/json`, with `charset=utf-8` or without.
    private var hasJSONContentType: Bool {
        let values = headers[values: .contentType]
        guard values.count == 1, let value = values.first else { return false }
        if value == "application/json" { return true }
        let parts = value.lowercased().split(separator: ";").map { part in
            String(part.filter { $0 != " " && $0 != "\t" && $0 != "\"" })
        }
        guard parts.first == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { $0 == "charset=utf-8" }
    }

    private func bodyBytes(bytesMax: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > bytesMax {
            throw Self.tooLarge(bytesMax)
        }
        do {
            return Array(buffer: try await body.collect(upTo: bytesMax))
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge(bytesMax)
        }
    }

    private static func tooLarge(_ bytesMax: Int) -> Problem {
        Problem(.bodyTooLarge, "At most \(bytesMax) bytes are allowed.")
    }
}

extension JSONError {
    /// The fault as it is listed in a 400.
    package var fault: FieldFault {
        let code: FieldFaultCode =
            switch reason {
            case .duplicateKey: .duplicateKey
            case .tooDeep: .tooDeep
            case .nul, .invalidUTF8, .loneSurrogate, .controlCharacter: .invalidText
            case .empty, .syntax, .trailingData, .byteOrderMark: .invalidJSON
            }
        return FieldFault(
            pointer: pointer, code: code, detail: "\(reason.rawValue) (at byte \(offset))")
    }
}

extension JSONValue {
    /// The fields of an object; all faults at once as a 400.
    package func fields<Value>(
        _ read: (inout JSONFields) -> Value?
    ) throws(Problem) -> Value {
        var fields = JSONFields(self)
        let value = read(&fields)
        let faults = fields.finish()
        guard let value, faults.isEmpty else { throw Problem.validation(faults) }
        return value
    }
}
