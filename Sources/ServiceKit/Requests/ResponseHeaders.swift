import HTTPTypes
import Hummingbird

/// The headers of every response: request ID, trace, security, and CORS for allowed origins.
///
/// CORS with credentials: the origin is named, never `*` (Fetch standard, section 3.2).
struct ResponseHeaders: RouterMiddleware {
    typealias Context = ServiceContext

    let allowedOrigins: Set<WebOrigin>
    let health: Health

    private static let allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let allowedHeaders =
        "Authorization, Content-Type, Idempotency-Key, X-Request-ID, traceparent"
    private static let exposedHeaders =
        "X-Request-ID, Idempotent-Replayed, RateLimit, RateLimit-Policy, Retry-After, Location"
    private static let preflightSeconds = "600"
    /// For answers of an API: nothing of them is a page.
    private static let contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin].flatMap { WebOrigin($0) }
        let isAllowed = origin.map(allowedOrigins.contains) ?? false
        var response: Response
        if request.method == .options, origin != nil,
            request.headers[.accessControlRequestMethod] != nil
        {
            response = preflight(isAllowed: isAllowed)
        } else {
            response = try await next(request, context)
        }
        if let origin, isAllowed {
            response.headers[.accessControlAllowOrigin] = origin.description
            response.headers[.accessControlAllowCredentials] = "true"
            response.headers[.accessControlExposeHeaders] = Self.exposedHeaders
        }
        addGeneral(to: &response.headers, context: context)
        return response
    }

    private func preflight(isAllowed: Bool) -> Response {
        guard isAllowed else { return Response(status: .forbidden) }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: Self.allowedMethods,
                .accessControlAllowHeaders: Self.allowedHeaders,
                .accessControlMaxAge: Self.preflightSeconds,
            ])
    }

    private func addGeneral(to headers: inout HTTPFields, context: ServiceContext) {
        headers[.requestID] = context.requestID
        // A connection closed right after an answer would fail the client's next request.
        if health.isDraining { headers[.connection] = "close" }
        if let traceparent = context.traceparent { headers[.traceparent] = traceparent }
        headers[.vary] = headers[.vary].map { $0 + ", Origin" } ?? "Origin"
        headers[.xContentTypeOptions] = "nosniff"
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        }
        if headers[.frameOptions] == nil { headers[.frameOptions] = "DENY" }
        headers[.referrerPolicy] = "no-referrer"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}
