// Fields that hold documents and arrays; see `BSONDocument+fields.swift` for the rules.

extension BSONDocument {
    package func document(_ field: String) throws(BSONError) -> BSONDocument {
        try required(field, optionalDocument(field))
    }

    package func optionalDocument(_ field: String) throws(BSONError) -> BSONDocument? {
        guard let place = try find(field, of: .document) else { return nil }
        return try nested(place.value)
    }

    package func array(_ field: String) throws(BSONError) -> [BSONValue] {
        try required(field, optionalArray(field))
    }

    package func optionalArray(_ field: String) throws(BSONError) -> [BSONValue]? {
        guard let place = try find(field, of: .array) else { return nil }
        return try nested(place.value).values(depth: 1)
    }

    /// An array of nothing but documents.
    package func documents(_ field: String) throws(BSONError) -> [BSONDocument] {
        try required(field, optionalDocuments(field))
    }

    package func optionalDocuments(_ field: String) throws(BSONError) -> [BSONDocument]? {
        guard let place = try find(field, of: .array) else { return nil }
        return try nested(place.value).items(of: .document, in: field) {
            (array, range) throws(BSONError) in try array.nested(range)
        }
    }

    /// An array of nothing but texts.
    package func strings(_ field: String) throws(BSONError) -> [String] {
        try required(field, optionalStrings(field))
    }

    package func optionalStrings(_ field: String) throws(BSONError) -> [String]? {
        guard let place = try find(field, of: .array) else { return nil }
        return try nested(place.value).items(of: .string, in: field) {
            (array, range) throws(BSONError) in try array.text(range)
        }
    }

    private func items<T>(
        of type: BSONType, in field: String,
        _ item: (BSONDocument, Range<Int>) throws(BSONError) -> T
    ) throws(BSONError) -> [T] {
        var items: [T] = []
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            guard place.type == type else { throw .type(field: field) }
            items.append(try item(self, place.value))
        }
        return items
    }
}
