package import HTTPTypes
package import Hummingbird
import Synchronization

/// A registered route.
package struct Route: Hashable, Sendable {
    package let method: HTTPRequest.Method
    /// As registered, with a leading slash: `/api/v1/accounts/{id}`.
    package let path: String
}

/// Hummingbird's router that also knows what was registered, so that 405 can say what is
/// allowed, and a test can compare the routes with the OpenAPI document.
package final class ServiceRouter: RouterMethods, HTTPResponderBuilder {
    package typealias Context = ServiceContext

    private let router: Router<ServiceContext>
    private let table = RouteTable()

    package init(_ middlewares: ServiceMiddlewares) {
        self.router = Router(
            context: ServiceContext.self, options: .autoGenerateHeadEndpoints)
        middlewares.add(to: router, routes: table)
    }

    /// All routes in the order of their registration.
    package var routes: [Route] { table.all }

    @discardableResult
    package func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == ServiceContext {
        table.add(Route(method: method, path: "/" + path.description.drop { $0 == "/" }))
        router.on(path, method: method, responder: responder)
        return self
    }

    @discardableResult
    package func add(
        middleware: any MiddlewareProtocol<Request, Response, ServiceContext>
    ) -> Self {
        router.add(middleware: middleware)
        return self
    }

    package func buildResponder() -> RouterResponder<ServiceContext> { router.buildResponder() }
}

/// The registered routes, shared with the middleware that answers 405.
final class RouteTable: Sendable {
    private let routes = Mutex<[Route]>([])

    var all: [Route] { routes.withLock { $0 } }

    func add(_ route: Route) { routes.withLock { $0.append(route) } }

    /// The methods that `path` takes, for the Allow header; empty where there is no such path.
    func methods(at path: String) -> [String] {
        let segments = path.split(separator: "/")
        var methods: Set<String> = []
        for route in all where Self.matches(route.path.split(separator: "/"), segments) {
            methods.insert(route.method.rawValue)
            if route.method == .get { methods.insert("HEAD") }
        }
        return methods.sorted()
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        for (index, part) in pattern.enumerated() {
            if part == "**" { return true }
            guard index < path.count else { return false }
            let isParameter = part.hasPrefix("{") || part.hasPrefix(":") || part == "*"
            guard isParameter || part == path[index] else { return false }
        }
        return pattern.count == path.count
    }
}
