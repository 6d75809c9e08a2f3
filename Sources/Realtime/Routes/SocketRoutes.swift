import BankAPI
import HTTPTypes
package import Hummingbird
package import ServiceKit

/// What `/ws` answers over plain HTTP: why the door stayed shut.
package struct SocketRoutes: Sendable {
    private let door: SocketDoor

    package init(door: SocketDoor) { self.door = door }

    package func add(to router: some RouterMethods<ServiceContext>) {
        router.get("/ws") { request, _ -> Response in
            switch door.decide(Knock(request)) {
            case .failure(let refusal): throw refusal.problem
            // The upgrade is on a connection's first request only.
            case .success: throw DoorRefusal.upgradeRequired.problem
            }
        }
    }
}

extension Knock {
    init(_ request: Request) {
        let upgrade = request.headers[values: .upgrade].map { $0.lowercased() }
        self.init(
            method: request.method.rawValue, query: request.uri.query ?? "",
            isUpgrade: upgrade == ["websocket"],
            keys: request.headers[values: .secWebSocketKey],
            version: request.headers[values: .secWebSocketVersion],
            origins: request.headers[values: .origin])
    }
}

extension DoorRefusal {
    package var problem: Problem {
        switch self {
        case .upgradeRequired:
            Problem.validation("", .required, "Open this address as a websocket (RFC 6455).")
        case .badHandshake:
            Problem.validation("", .invalidValue, "The websocket handshake is not well formed.")
        case .wrongVersion:
            Problem(
                .validationFailed, "This version of the protocol is not spoken here.",
                errors: [
                    FieldFault(
                        pointer: "", code: .invalidValue,
                        detail: "Sec-WebSocket-Version must be 13.")
                ], headers: [.secWebSocketVersion: "13"])  // RFC 6455 section 4.2.2
        case .originNotAllowed: Problem(.originNotAllowed)
        case .badQuery:
            Problem.validation(
                "?", .unknownParameter,
                "Only ?ticket= may stand here; tokens go into the first message.")
        case .stopping: Problem(.unavailable, retryAfterSeconds: 2)
        }
    }
}
