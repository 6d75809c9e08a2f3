import HTTPTypes
import Hummingbird
package import Ledger
import Metrics

/// Lets a request in if its customer (or, without one, its address) has allowance left, and
/// tells in the response what is left: `RateLimit-Policy`, `RateLimit`, `Retry-After`.
struct RateLimitMiddleware: RouterMiddleware {
    typealias Context = ServiceContext

    /// Nil: limits are off.
    let limits: RateLimits?

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        // Who it is cannot be told: the answer is 503, and nobody's allowance is touched.
        if context.authentication == .unknown { return try await next(request, context) }
        let customer = context.authentication.customerID
        guard let limits,
            let rateClass = RateLimits.rateClass(
                method: request.method, path: request.uri.path, isIdentified: customer != nil)
        else { return try await next(request, context) }
        let admission = limits.admit(
            rateClass, customer: customer, address: context.clientAddress)
        var response: Response
        if admission.isAllowed {
            response = try await next(request, context)
        } else {
            Counter(
                label: "http_rate_limited_total", dimensions: [("class", rateClass.rawValue)]
            ).increment()
            response = Problem(.rateLimited, retryAfterSeconds: admission.waitSeconds)
                .response(requestID: context.requestID)
        }
        response.headers[.rateLimitPolicy] = admission.policy
        response.headers[.rateLimit] = admission.state
        return response
    }
}

extension Authentication {
    /// Whose token it is, if it may be used.
    package var customerID: CustomerID? {
        if case .identified(let token) = self { token.identity.customerID } else { nil }
    }
}
