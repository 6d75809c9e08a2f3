extension BSONDocument {
    /// The value of a field, or nil if there is none.
    package func value(_ field: String) throws(BSONError) -> BSONValue? {
        guard let place = try find(field) else { return nil }
        return try decode(place, depth: 1)
    }

    /// All elements, in their order.
    package func elements() throws(BSONError) -> [(key: String, value: BSONValue)] {
        var elements: [(key: String, value: BSONValue)] = []
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            elements.append((try cString(place.key), try decode(place, depth: 1)))
        }
        return elements
    }

    /// The names of all fields, in their order.
    package func keys() throws(BSONError) -> [String] {
        var keys: [String] = []
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            keys.append(try cString(place.key))
        }
        return keys
    }

    /// Looks at every byte of the document and of all within it.
    package func validate() throws(BSONError) {
        try validate(depth: 1)
    }

    private func validate(depth: Int) throws(BSONError) {
        guard depth <= Self.depthMax else { throw .malformed }
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            _ = try cString(place.key)
            switch place.type {
            case .document, .array: try nested(place.value).validate(depth: depth + 1)
            case .codeWithScope:
                if case .codeWithScope(_, let scope) = try decode(place, depth: depth) {
                    try scope.validate(depth: depth + 1)
                }
            default: _ = try decode(place, depth: depth)
            }
        }
    }

    /// The first element with this key.
    func find(_ field: String) throws(BSONError) -> ElementPlace? {
        let name = field.utf8
        var walker = ElementWalker(self)
        while let place = try walker.next() {
            if place.key.count == name.count, bytes[place.key].elementsEqual(name) {
                return place
            }
        }
        return nil
    }
}
