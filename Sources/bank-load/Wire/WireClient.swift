import NIOCore
import NIOPosix

/// Runs ``WireWork`` against one service, on one thread.
///
/// One thread, because the client shares a small machine with what it measures; it sends more
/// than 50,000 requests a second, which is above what it is meant for.
package struct WireClient: Sendable {
    package let endpoint: WireEndpoint
    private let loop: any EventLoop

    /// Lends a client with a thread of its own.
    package static func with<Result>(
        _ endpoint: WireEndpoint, _ body: (WireClient) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(WireClient(endpoint: endpoint, loop: group.next())))
        } catch {
            outcome = .failure(error)
        }
        try await group.shutdownGracefully()
        return try outcome.get()
    }

    /// Sends what `work` gives until it is done, and returns it as it is then.
    ///
    /// Throws ``WireError`` when the service can't be reached at the start, or falls silent.
    package func run<Work: WireWork & Sendable>(
        _ work: Work, settings: WireSettings
    ) async throws -> Work {
        try await loop.flatSubmit { [loop, endpoint] in
            let driver = WireDriver(
                work: work, endpoint: endpoint, settings: settings, loop: loop)
            driver.start()
            return driver.result.futureResult
        }.get()
    }
}
