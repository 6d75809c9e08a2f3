import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns everything thrown below it into `application/problem+json`.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServiceContext

    let routes: RouteTable

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = problem(for: error, of: request, context: context)
            return problem.response(requestID: context.requestID)
        }
    }

    private func problem(
        for error: any Error, of request: Request, context: ServiceContext
    ) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is NIOTooManyBytesError: return Problem(.bodyTooLarge)
        case is CancellationError: return Problem(.unavailable, retryAfterSeconds: 1)
        case let error as HTTPError where error.status == .notFound:
            return notFound(request, context: context)
        case let error as any ProblemConvertible: return error.problem
        default:
            // The type says where to look; a description may carry what callers sent.
            context.logger.error(
                "a request failed unexpectedly",
                metadata: ["error.type": .string(String(reflecting: type(of: error)))])
            return Problem(.internalError)
        }
    }

    private func notFound(_ request: Request, context: ServiceContext) -> Problem {
        let methods = context.route == nil ? routes.methods(at: request.uri.path) : []
        guard !methods.isEmpty else { return Problem(.notFound) }
        return Problem(
            .methodNotAllowed, headers: [.allow: methods.joined(separator: ", ")])
    }
}

/// An error of another target that knows what a caller is told of it.
package protocol ProblemConvertible: Error {
    var problem: Problem { get }
}
