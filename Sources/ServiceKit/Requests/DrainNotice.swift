package import Hummingbird

/// Tells clients, once the process is about to end, that this answer is the connection's last:
/// else their next request would meet a connection that is being closed.
package struct DrainNotice: RouterMiddleware {
    package typealias Context = ServiceContext
    private let health: Health

    package init(_ health: Health) { self.health = health }

    package func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if health.isDraining { response.headers[.connection] = "close" }
        return response
    }
}
