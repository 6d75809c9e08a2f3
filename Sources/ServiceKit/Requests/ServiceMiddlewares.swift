import Hummingbird
package import Ledger
import Logging

/// What every request of a service goes through, outermost first.
///
/// scope (request ID, client, identity) → access log and metrics → headers and CORS →
/// rate limits → problems → the route.
package struct ServiceMiddlewares: Sendable {
    let scope: RequestScope
    let accessLog: AccessLog
    let headers: ResponseHeaders
    let rateLimits: RateLimitMiddleware

    /// `health`: the process's. While it drains, every answer says that its connection ends.
    package init(
        authenticator: Authenticator, settings: ServiceSettings, log: LogOutput?,
        health: Health = Health(), rateLimits: RateLimits? = nil, clock: WallClock = .system
    ) {
        self.scope = RequestScope(
            authenticator: authenticator, proxies: TrustedProxies(settings.trustedProxies),
            clock: clock)
        self.accessLog = AccessLog(output: settings.logLevel <= .info ? log : nil, clock: clock)
        self.headers = ResponseHeaders(
            allowedOrigins: settings.allowedOrigins, health: health)
        self.rateLimits = RateLimitMiddleware(
            limits: rateLimits ?? settings.rateLimits.map { RateLimits($0) })
    }

    func add(to router: Router<ServiceContext>, routes: RouteTable) {
        router.add(middleware: scope)
        router.add(middleware: accessLog)
        router.add(middleware: headers)
        router.add(middleware: rateLimits)
        router.add(middleware: ProblemMiddleware(routes: routes))
    }
}
