package import BSON

/// An index to be made.
package struct MongoIndex: Hashable, Sendable {
    package let name: String
    /// Fields and directions: `["customer": 1, "seq": -1]`.
    package let keys: BSONDocument
    package let unique: Bool
    /// Only documents that meet this filter are in the index.
    package let partialFilter: BSONDocument?
    /// The server deletes documents so long after the time in the (only) field.
    package let expiresAfter: Duration?

    package init(
        _ name: String, keys: BSONDocument, unique: Bool = false,
        partialFilter: BSONDocument? = nil, expiresAfter: Duration? = nil
    ) {
        self.name = name
        self.keys = keys
        self.unique = unique
        self.partialFilter = partialFilter
        self.expiresAfter = expiresAfter
    }

    var document: BSONDocument {
        var writer = BSONWriter()
        writer.append("name", name)
        writer.append("key", keys)
        if unique { writer.append("unique", true) }
        if let partialFilter { writer.append("partialFilterExpression", partialFilter) }
        if let expiresAfter {
            writer.append("expireAfterSeconds", expiresAfter.components.seconds)
        }
        return writer.finish()
    }
}

extension MongoConnection {
    /// The names of the collections there are; 10,000 of them at most.
    package func collectionNames() throws(MongoError) -> Set<String> {
        var names: Set<String> = []
        let request: BSONDocument = [
            "listCollections": 1, "nameOnly": true,
            "cursor": ["batchSize": .int64(Self.collectionsMax)],
        ]
        do {
            let cursor = try command(request).document("cursor")
            for collection in try cursor.documents("firstBatch") {
                names.insert(try collection.string("name"))
            }
            return names
        } catch let error as MongoError {
            throw error
        } catch {
            throw MongoError(.bug, operation: "listCollections")
        }
    }

    /// Makes a collection.
    ///
    /// - Parameters:
    ///   - validator: a filter every document must meet, such as `["$jsonSchema": …]`.
    ///   - options: further fields of the `create` command.
    /// - Throws: `alreadyExists` if it does.
    package func createCollection(
        _ name: String, validator: BSONDocument? = nil, options: BSONDocument = [:]
    ) throws(MongoError) {
        try command(request("create", name, validator, options), .write)
    }

    /// Makes a collection, or gives the one that is there this validator.
    package func ensureCollection(
        _ name: String, validator: BSONDocument? = nil, options: BSONDocument = [:]
    ) throws(MongoError) {
        do {
            try createCollection(name, validator: validator, options: options)
        } catch  where error.kind == .alreadyExists {
            if let validator { try setValidator(name, validator) }
        }
    }

    /// Replaces a collection's validator.
    package func setValidator(_ name: String, _ validator: BSONDocument) throws(MongoError) {
        try command(["collMod": .string(name), "validator": .document(validator)], .write)
    }

    /// Makes the indexes that aren't there yet.
    ///
    /// - Throws: `alreadyExists` if one of that name or of these keys is another one;
    ///   `duplicateKey` if the documents don't allow a unique one.
    package func createIndexes(
        _ collection: String, _ indexes: [MongoIndex]
    ) throws(MongoError) {
        guard !indexes.isEmpty else { return }
        try command(
            [
                "createIndexes": .string(collection),
                "indexes": .documents(indexes.map(\.document)),
            ], .write)
    }

    /// Drops a collection, if it is there.
    package func dropCollection(_ name: String) throws(MongoError) {
        do {
            try command(["drop": .string(name)], .write)
        } catch  where error.code == Self.namespaceNotFound {
        }
    }

    /// Drops the whole database of this connection.
    package func dropDatabase() throws(MongoError) {
        try command(["dropDatabase": 1], .write)
    }

    private static var namespaceNotFound: Int32 { 26 }
    private static var collectionsMax: Int64 { 10_000 }

    private func request(
        _ verb: String, _ name: String, _ validator: BSONDocument?, _ options: BSONDocument
    ) throws(MongoError) -> BSONDocument {
        do {
            var writer = BSONWriter()
            writer.append(verb, name)
            if let validator { writer.append("validator", validator) }
            for (key, value) in try options.elements() {
                writer.append(key, value)
            }
            return writer.finish()
        } catch {
            throw MongoError(.bug, operation: verb)
        }
    }
}
