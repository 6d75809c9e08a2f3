package import BSON

/// How to find. What is left nil is the server's choice.
package struct FindOptions: Sendable {
    /// Which fields to give: `["name": 1]`.
    package var projection: BSONDocument?
    /// In which order: `["seq": -1]`.
    package var sort: BSONDocument?
    /// At most so many documents.
    package var limit: Int64?
    /// The name of the index to use.
    package var hint: String?
    /// Documents a message from the server.
    package var batchSize: Int32?
    /// The server gives up after this.
    package var timeMax: Duration?

    package init(
        projection: BSONDocument? = nil, sort: BSONDocument? = nil, limit: Int64? = nil,
        hint: String? = nil, batchSize: Int32? = nil, timeMax: Duration? = nil
    ) {
        self.projection = projection
        self.sort = sort
        self.limit = limit
        self.hint = hint
        self.batchSize = batchSize
        self.timeMax = timeMax
    }

    var document: BSONDocument {
        var writer = BSONWriter(capacity: 128)
        if let projection { writer.append("projection", projection) }
        if let sort { writer.append("sort", sort) }
        if let limit { writer.append("limit", limit) }
        if let hint { writer.append("hint", hint) }
        if let batchSize { writer.append("batchSize", .int32(batchSize)) }
        if let timeMax { writer.append("maxTimeMS", timeMax.milliseconds) }
        return writer.finish()
    }
}

/// How to aggregate.
package struct AggregateOptions: Sendable {
    package var hint: String?
    package var batchSize: Int32?
    package var timeMax: Duration?
    /// Lets the server sort and group more than memory holds, on disk.
    package var allowDiskUse: Bool?

    package init(
        hint: String? = nil, batchSize: Int32? = nil, timeMax: Duration? = nil,
        allowDiskUse: Bool? = nil
    ) {
        self.hint = hint
        self.batchSize = batchSize
        self.timeMax = timeMax
        self.allowDiskUse = allowDiskUse
    }

    var document: BSONDocument {
        var writer = BSONWriter(capacity: 64)
        if let hint { writer.append("hint", hint) }
        if let batchSize { writer.append("batchSize", .int32(batchSize)) }
        if let timeMax { writer.append("maxTimeMS", timeMax.milliseconds) }
        if let allowDiskUse { writer.append("allowDiskUse", allowDiskUse) }
        return writer.finish()
    }
}

extension Duration {
    /// Whole milliseconds, at least 1 for anything above zero; Int64's ends beyond its range.
    var milliseconds: Int64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow, whole < Int64.max - 1_000 else { return Int64.max }
        return max(1, whole + attoseconds / 1_000_000_000_000_000)
    }
}
