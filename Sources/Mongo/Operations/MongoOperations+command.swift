package import BSON
import CMongoC

/// How a command is to be sent.
package enum CommandKind: Sendable {
    /// As it is.
    case plain
    /// With the pool's read concern; tried a second time when the connection breaks.
    case read
    /// With the pool's write concern; `findAndModify` is tried a second time likewise.
    case write

    var raw: teller_command_kind {
        switch self {
        case .plain: TELLER_COMMAND_PLAIN
        case .read: TELLER_COMMAND_READ
        case .write: TELLER_COMMAND_WRITE
        }
    }
}

/// Which state of a document an update gives back.
package enum ReturnedDocument: Sendable {
    case before
    case after
}

extension MongoOperations where Self: ~Copyable {
    /// Runs any command.
    ///
    /// - Parameters:
    ///   - command: its first field is its name, which errors show.
    ///   - database: another one than the unit's, such as `admin`.
    ///   - server: the server's number where it must be a particular one, else the primary.
    @discardableResult
    package func command(
        _ command: BSONDocument, _ kind: CommandKind = .plain, database: String? = nil,
        server: UInt32 = 0
    ) throws(MongoError) -> BSONDocument {
        let operation = (try? command.keys().first) ?? "command"
        let client = try unit.client(for: operation)
        var reply = Reply()
        let done = command.withBytes {
            teller_command(
                client, unit.session, kind.raw, database ?? unit.database, $0, server, &reply.raw)
        }
        guard done else {
            let error = reply.error(operation)
            throw kind == .write ? unit.writeFailed(error, reply.raw.error) : unit.failed(error)
        }
        return reply.document ?? [:]
    }

    /// Changes the first document that meets the filter, and gives it back.
    ///
    /// - Returns: nil if none met the filter (with `upsert`: none before).
    package func findOneAndUpdate(
        _ collection: String, _ filter: BSONDocument, _ update: MongoUpdate,
        returning: ReturnedDocument = .after, projection: BSONDocument? = nil,
        sort: BSONDocument? = nil, upsert: Bool = false
    ) throws(MongoError) -> BSONDocument? {
        var writer = BSONWriter()
        writer.append("findAndModify", collection)
        writer.append("query", filter)
        writer.append("update", update.value)
        writer.append("new", returning == .after)
        if let projection { writer.append("fields", projection) }
        if let sort { writer.append("sort", sort) }
        if upsert { writer.append("upsert", true) }
        return try modify(collection, writer.finish())
    }

    /// Deletes the first document that meets the filter, and gives it back.
    package func findOneAndDelete(
        _ collection: String, _ filter: BSONDocument, projection: BSONDocument? = nil,
        sort: BSONDocument? = nil
    ) throws(MongoError) -> BSONDocument? {
        var writer = BSONWriter()
        writer.append("findAndModify", collection)
        writer.append("query", filter)
        writer.append("remove", true)
        if let projection { writer.append("fields", projection) }
        if let sort { writer.append("sort", sort) }
        return try modify(collection, writer.finish())
    }

    private func modify(
        _ collection: String, _ request: BSONDocument
    ) throws(MongoError) -> BSONDocument? {
        let reply = try command(request, .write)
        do {
            return try reply.optionalDocument("value")
        } catch {
            throw MongoError(.bug, operation: "findAndModify \(collection)")
        }
    }
}
