package import BSON
package import Mongo
import Synchronization

extension MongoDatabase {
    /// Makes the server fail the commands of this application, while `body` runs.
    ///
    /// The server has one such fail point, so tests take turns, also those of other suites.
    ///
    /// - Parameters:
    ///   - times: so often, or nil for always.
    ///   - data: fields of the `failCommand` fail point, such as `errorCode`.
    package func failing(
        _ commands: [String], times: Int64? = 1, _ data: BSONDocument,
        _ body: () async throws -> Void
    ) async throws {
        await FailPoint.take()
        defer { FailPoint.giveBack() }
        let fields: [(String, BSONValue)] =
            [("failCommands", .strings(commands)), ("appName", .string(settings.applicationName))]
            + (try data.elements().map { ($0.key, $0.value) })
        let mode: BSONValue = times.map { ["times": .int64($0)] } ?? "alwaysOn"
        try await setFailPoint(mode, BSONDocument(fields))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        try await setFailPoint("off", [:])
        try result.get()
    }

    private func setFailPoint(_ mode: BSONValue, _ data: BSONDocument) async throws {
        try await run { connection in
            try connection.command(
                [
                    "configureFailPoint": "failCommand", "mode": mode, "data": .document(data),
                ], database: "admin")
        }
    }
}

/// Whose turn it is.
private enum FailPoint {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private static let state = Mutex(State())

    static func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isTaken { state.waiting.append(continuation) }
                defer { state.isTaken = true }
                return !state.isTaken
            }
            if isFree { continuation.resume() }
        }
    }

    static func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }
}
