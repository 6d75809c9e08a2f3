import BankAPI
import HTTPTypes
import HummingbirdTesting
import Ledger
import NIOCore
import ServiceKit
import Testing

@Suite struct ProblemTests {
    /// Checks the shape that every problem has, and gives its members.
    private func problem(
        _ response: TestResponse, _ status: HTTPResponse.Status, _ code: String
    ) throws -> JSONValue {
        #expect(response.status == status)
        #expect(response.headers[.contentType] == "application/problem+json")
        let json = try JSONParser.parse(Array(response.text.utf8))
        #expect(json["code"] == .string(code))
        #expect(json["status"]?.integer == Int64(status.code))
        #expect(json["type"]?.string?.isEmpty == false)
        #expect(json["title"]?.string?.isEmpty == false)
        #expect(json["detail"]?.string?.isEmpty == false)
        #expect(json["retryable"]?.bool != nil)
        #expect(json["requestId"]?.string == response.headers[.requestID])
        return json
    }

    @Test func `an unknown path is 404`() async throws {
        let service = try await TestService()
        for path in ["/", "/api/v1/nowhere", "/api/v1/open/more", "/api/v1/things"] {
            _ = try problem(await service.get(path), .notFound, "not_found")
        }
    }

    @Test func `an id that is none is 404`() async throws {
        let service = try await TestService()
        for id in ["x", "acc_", "acc_1", "cus_00000000000000000000000000", "%00", "acc_%7B"] {
            _ = try problem(await service.get("/api/v1/things/\(id)"), .notFound, "not_found")
        }
    }

    @Test func `a method that a path does not take is 405 with those it takes`() async throws {
        let service = try await TestService()
        let response = try await service.ask {
            try await $0.execute(uri: "/api/v1/things/x", method: .delete)
        }
        _ = try problem(response, .methodNotAllowed, "method_not_allowed")
        #expect(response.headers[.allow] == "GET, HEAD")
    }

    @Test func `what nobody expected is 500 and tells nothing`() async throws {
        let service = try await TestService()
        let response = try await service.get("/api/v1/broken")
        _ = try problem(response, .internalServerError, "internal_error")
        #expect(!response.text.contains("canary"))
    }

    @Test func `an overloaded service says when to come again`() async throws {
        let service = try await TestService()
        let response = try await service.get("/api/v1/busy")
        let json = try problem(response, .serviceUnavailable, "overloaded")
        #expect(response.headers[.retryAfter] == "3")
        #expect(json["retryable"] == .bool(true))
    }

    @Test func `a body over 64 KiB is 413`() async throws {
        let service = try await TestService()
        let body = "{\"text\":\"" + String(repeating: "x", count: 65_536) + "\"}"
        _ = try problem(
            await service.post("/api/v1/echo", body), .contentTooLarge, "body_too_large")
    }

    @Test(arguments: [
        "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1",
        "application/jsonp", nil,
    ]) func `a body that does not say that it is JSON is 415`(type: String?) async throws {
        let service = try await TestService()
        var headers = HTTPFields()
        headers[.contentType] = type
        _ = try problem(
            await service.post("/api/v1/echo", #"{"text":"a"}"#, headers), .unsupportedMediaType,
            "unsupported_media_type")
    }

    @Test(arguments: [
        "application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"",
    ])
    func `JSON may name its character set`(type: String) async throws {
        let service = try await TestService()
        let response = try await service.post(
            "/api/v1/echo", #"{"text":"a"}"#, [.contentType: type])
        #expect(response.status == .ok)
    }

    @Test(arguments: [
        ("", "invalid_json", ""), ("{", "invalid_json", ""), ("[]", "wrong_type", ""),
        (#"{"text":"a","text":"b"}"#, "duplicate_key", "/text"),
        (#"{"text":1}"#, "wrong_type", "/text"),
        (#"{"text":"a","more":1}"#, "unknown_field", "/more"), (#"{}"#, "required", "/text"),
        (#"{"text":"12345678901"}"#, "too_long", "/text"),
        (#"{"text":"\u0000"}"#, "invalid_text", "/text"),
        (#"{"text":"a"} x"#, "invalid_json", ""),
        (String(repeating: "[", count: 10_000), "too_deep", ""),
    ]) func `a wrong body is 400 with the place and the code`(
        body: String, code: String, pointer: String
    ) async throws {
        let service = try await TestService()
        let json = try problem(
            await service.post("/api/v1/echo", body), .badRequest, "validation_failed")
        let fault = try #require(json["errors"]?.array?.first)
        #expect(fault["code"] == .string(code))
        #expect(fault["detail"]?.string?.isEmpty == false)
        if code != "too_deep" { #expect(fault["pointer"] == .string(pointer)) }
    }

    @Test func `every code has a status, a title and a place in the contract`() {
        for code in ProblemCode.allCases {
            #expect((400..<600).contains(code.status.code), "\(code)")
            #expect(!code.title.isEmpty)
            let isBusy = [429, 503].contains(code.status.code)
            if isBusy { #expect(code.retryable) }
        }
        for refusal in Refusal.allCases {
            #expect(ProblemCode(refusal).rawValue == refusal.rawValue)
            #expect([409, 422].contains(ProblemCode(refusal).status.code))
        }
    }
}
