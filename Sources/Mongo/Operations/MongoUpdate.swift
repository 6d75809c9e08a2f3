package import BSON

/// What an update does: operators (`["$set": […]]`), or a pipeline of stages, which may compute
/// with the document's own fields.
package struct MongoUpdate: Sendable, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    /// The operators, or the pipeline as an array's bytes (keys "0", "1", …).
    let document: BSONDocument
    let isPipeline: Bool

    package init(_ operators: BSONDocument) {
        document = operators
        isPipeline = false
    }

    package init(pipeline stages: [BSONDocument]) {
        document = BSONDocument(array: stages)
        isPipeline = true
    }

    package init(dictionaryLiteral elements: (String, BSONValue)...) {
        self.init(BSONDocument(elements))
    }

    package init(arrayLiteral stages: BSONDocument...) {
        self.init(pipeline: stages)
    }

    var value: BSONValue {
        guard isPipeline, let stages = try? document.elements().map(\.value) else {
            return .document(document)
        }
        return .array(stages)
    }
}

/// What writes have done.
package struct WriteResult: Hashable, Sendable {
    package var inserted: Int64 = 0
    /// Documents the filters met.
    package var matched: Int64 = 0
    /// Documents that changed by it.
    package var modified: Int64 = 0
    package var upserted: Int64 = 0
    package var deleted: Int64 = 0

    package init() {}
}

extension BSONDocument {
    /// The bytes of an array of documents.
    init(array documents: [BSONDocument]) {
        self.init(documents.enumerated().map { (String($0.offset), .document($0.element)) })
    }
}
