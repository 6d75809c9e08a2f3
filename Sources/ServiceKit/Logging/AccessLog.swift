import HTTPTypes
import Hummingbird
import Ledger
import Logging

/// One line and one measurement for every request.
struct AccessLog: RouterMiddleware {
    typealias Context = ServiceContext

    /// Nil: no lines, measurements only.
    let output: LogOutput?
    let clock: WallClock
    let metrics = RequestMetrics()

    private static let pathBytesMax = 200

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let startedAt = ContinuousClock.now
        metrics.began()
        do {
            let response = try await next(request, context)
            record(request, context, status: response.status, since: startedAt)
            return response
        } catch {
            // Nothing below lets an error through but a broken connection.
            record(request, context, status: .internalServerError, since: startedAt)
            throw error
        }
    }

    private func record(
        _ request: Request, _ context: ServiceContext, status: HTTPResponse.Status,
        since startedAt: ContinuousClock.Instant
    ) {
        let elapsed = ContinuousClock.now - startedAt
        let route = context.route
        metrics.ended(
            method: request.method, route: route, status: status.code, duration: elapsed)
        guard let output else { return }
        var line = LogLine(
            format: output.format, at: clock.now, level: .info, message: "request")
        line.add("request.id", context.requestID)
        line.add("http.method", request.method.rawValue)
        // The path only: a query may hold what does not belong into a log.
        let path = request.uri.path
        line.add("http.path", String(decoding: path.utf8.prefix(Self.pathBytesMax), as: UTF8.self))
        if let route { line.add("http.route", route) }
        line.add("http.status", status.code)
        let (seconds, attoseconds) = elapsed.components
        line.add(
            "duration.us", Int(clamping: seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
        )
        line.add("client.ip", context.clientAddress.description)
        if case .identified(let token) = context.authentication {
            line.add("customer.id", token.identity.customerID.description)
            line.add("session.id", token.identity.sessionID.description)
        }
        output.append(line.finish())
    }
}
