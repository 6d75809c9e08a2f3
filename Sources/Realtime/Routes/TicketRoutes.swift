import BankAPI
package import Hummingbird
package import ServiceKit

/// `POST /api/v1/websocket/tickets`: `{ticket, expiresIn}` for a Bearer token, no body.
package struct TicketRoutes: Sendable {
    private let tickets: Tickets

    package init(tickets: Tickets) { self.tickets = tickets }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.post("\(base)/tickets") { _, context in
                _ = try context.identity()
                guard case .identified(let token) = context.authentication else {
                    throw Problem(.unauthenticated)
                }
                return try await issue(Principal(token))
            }
        }
    }

    private func issue(_ principal: Principal) async throws(Problem) -> Response {
        let ticket: String
        do {
            ticket = try await tickets.issue(to: principal)
        } catch {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
        return Response(
            status: .created,
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("ticket", ticket)
                    json.member("expiresIn", Tickets.lifetimeSeconds)
                }
            })
    }
}
