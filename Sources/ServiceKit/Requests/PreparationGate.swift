package import Hummingbird

/// Answers 503 for the API until the service's stores are prepared; pages and health pass.
package struct PreparationGate: RouterMiddleware {
    package typealias Context = ServiceContext
    private static let pathPrefix = "/api/"
    private let isPrepared: @Sendable () -> Bool

    package init(_ isPrepared: @escaping @Sendable () -> Bool) { self.isPrepared = isPrepared }

    package func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        guard isPrepared() || !request.uri.path.hasPrefix(Self.pathPrefix) else {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
        return try await next(request, context)
    }
}
