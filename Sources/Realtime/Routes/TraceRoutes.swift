import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `GET /api/v1/websocket/trace/{requestId}`: each caller sees what is theirs, staff everything.
package struct TraceRoutes: Sendable {
    private let traces: Traces

    package init(traces: Traces) { self.traces = traces }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/trace/{requestId}") { _, context in
                let identity = try context.identity()
                guard let id = context.parameters.get("requestId"), RequestID.isValid(id) else {
                    throw Problem(.notFound)
                }
                let viewer = Viewer(
                    customerID: identity.customerID, isStaff: identity.isStaff)
                return try await trace(id, for: viewer)
            }
        }
    }

    private func trace(_ id: String, for viewer: Viewer) async throws(Problem) -> Response {
        let trace: Trace?
        do {
            trace = try await traces.trace(id, for: viewer)
        } catch {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
        guard let trace else { throw Problem(.notFound) }
        return Response(json: JSONWriter.bytes { $0.trace(trace, for: viewer) })
    }
}
