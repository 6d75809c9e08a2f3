import BSON
import BankCore
import Ledger
package import Logging
package import Mongo
package import Realtime

/// The committed journal and the notices, by one change stream on the whole database.
///
/// Both collections are insert-only, so an event is complete in itself; a stream sees only what
/// the majority has.
package struct MongoJournalFeed: JournalFeed {
    private let database: MongoDatabase
    private let logger: Logger

    /// Stable: a token is only good for the pipeline that it came from.
    private static let pipeline: [BSONDocument] = [
        [
            "$match": [
                "operationType": "insert",
                "ns.coll": [
                    "$in": [
                        .string(Collections.transactions), .string(Collections.notices),
                    ]
                ],
            ]
        ],
        ["$project": ["ns.coll": 1, "fullDocument": 1]],
    ]

    package init(_ database: MongoDatabase, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    package func present() async throws(FeedError) -> FeedToken {
        do {
            let time = try await database.run { try $0.operationTime() }
            let place: BSONDocument = [Self.pinned: .timestamp(time)]
            return FeedToken(bytes: Array(place.bytes))
        } catch {
            throw .interrupted
        }
    }

    package func follow(
        from place: FeedToken, deliver: @escaping @Sendable (FeedBatch) async -> Void
    ) async throws(FeedError) {
        let options = ChangeFeedOptions(
            pipeline: Self.pipeline, start: try Self.start(place))
        do {
            try await database.withChangeFeed(options) { feed in
                while true {
                    let batch = try await feed.next()
                    await deliver(
                        FeedBatch(
                            events: batch.events.compactMap(event),
                            token: FeedToken(bytes: Array(batch.position.bytes))))
                }
            }
        } catch let error as MongoError {
            logger.warning("The change feed ended", metadata: ["mongo.error": "\(error)"])
            throw Self.reason(error)
        } catch {
            throw .interrupted
        }
    }

    /// The field of a place that is a moment; all others are the server's tokens (`_data`).
    private static let pinned = "at"

    private static func start(
        _ place: FeedToken
    ) throws(FeedError) -> ChangeFeedOptions.Start {
        do {
            let document = try BSONDocument(place.bytes)
            guard try document.value(pinned) != nil else { return .after(document) }
            return .at(try document.timestamp(pinned))
        } catch {
            throw .historyLost
        }
    }

    private static func reason(_ error: MongoError) -> FeedError {
        switch error.kind {
        case .historyLost, .invalidated: .historyLost
        default: error.isTemporary ? .interrupted : .historyLost
        }
    }

    /// What can't be read is left out and logged: whoever misses it asks the journal by seq.
    private func event(_ change: BSONDocument) -> FeedEvent? {
        do {
            let document = try change.document("fullDocument")
            switch try change.document("ns").string("coll") {
            case Collections.transactions:
                return .transaction(try JournalDocument(document).transaction)
            case Collections.notices:
                return .notice(CustomerNotice(try Notice(document: document)))
            default:
                return nil
            }
        } catch {
            logger.error("An event of the change feed can't be read")
            return nil
        }
    }
}

extension CustomerNotice {
    fileprivate init(_ notice: Notice) {
        self.init(
            kind: notice.kind.rawValue, customerID: notice.customerID,
            accountID: notice.accountID, requestID: notice.requestID, at: notice.at,
            data: notice.data)
    }
}
