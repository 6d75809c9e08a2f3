import BSON
import Logging
import Mongo
import Realtime

extension MongoDatabase {
    /// `run` with the push service's errors: whatever it is, nothing is known to have changed,
    /// and the same may be asked again.
    @discardableResult
    func ask<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoConnection) throws -> Result
    ) async throws(RealtimeStoreError) -> Result {
        do {
            return try await run(body)
        } catch let error as MongoError {
            if !error.isTemporary {
                Self.realtimeLogger.error(
                    "The storage refused", metadata: ["mongo.error": "\(error)"])
            }
            throw .unavailable
        } catch is BSONError {
            Self.realtimeLogger.error("A document of the push service can't be read")
            throw .unavailable
        } catch {
            throw .unavailable
        }
    }

    private static var realtimeLogger: Logger { Logger(label: "storage.realtime") }
}
