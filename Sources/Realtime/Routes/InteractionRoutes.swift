import BankAPI
import HTTPTypes
package import Hummingbird
import Ledger
import NIOCore
package import ServiceKit

/// The interaction log over HTTP: customers read their own records, staff everyone's.
package struct InteractionRoutes: Sendable {
    private let store: any InteractionStore

    private static let exportPage = 500

    package init(store: any InteractionStore) { self.store = store }

    package func add(to router: some RouterMethods<ServiceContext>) {
        for base in RealtimePaths.bases {
            router.get("\(base)/interactions") { request, context in
                try await list(request, context, errorsOnly: false)
            }
            router.get("\(base)/errors") { request, context in
                try await list(request, context, errorsOnly: true)
            }
        }
    }

    private func list(
        _ request: Request, _ context: ServiceContext, errorsOnly: Bool
    ) async throws -> Response {
        let identity = try context.identity()
        var query = QueryParameters(request)
        var filter = InteractionFilter(&query)
        filter.errorsOnly = errorsOnly
        if !identity.isStaff {
            if let asked = filter.customerID, asked != identity.customerID {
                throw Problem(.notFound)
            }
            filter.customerID = identity.customerID
        }
        let page = query.page()
        let cursor = page.cursor.flatMap { InteractionCursor($0, of: filter) }
        if page.cursor != nil && cursor == nil {
            query.add("cursor", .invalidCursor, "A cursor of this list is expected.")
        }
        try query.finish()
        let accept = request.headers[.accept] ?? ""
        if accept.contains("application/x-ndjson") {
            return export(filter, after: cursor?.after)
        }
        let records = try await read(filter, cursor?.after, page.limit + 1)
        let shown = Array(records.prefix(page.limit))
        let next =
            records.count > page.limit
            ? shown.last.map { InteractionCursor(after: $0.id).text(of: filter) } : nil
        return accept.contains("text/plain") ? lines(shown, next) : json(shown, next)
    }

    private func read(
        _ filter: InteractionFilter, _ after: InteractionID?, _ limit: Int
    ) async throws(Problem) -> [InteractionRecord] {
        do {
            return try await store.records(filter, after: after, limit: limit)
        } catch {
            throw Problem(.unavailable, retryAfterSeconds: 1)
        }
    }

    private func json(_ records: [InteractionRecord], _ next: String?) -> Response {
        Response(
            json: JSONWriter.bytes { json in
                json.object { json in
                    json.member("data") { json in
                        json.array(records) { json, record in record.write(to: &json) }
                    }
                    json.member("hasMore", next != nil)
                    json.member("nextCursor", next)
                }
            })
    }

    private func lines(_ records: [InteractionRecord], _ next: String?) -> Response {
        let text = records.map { $0.line + "\n" }.joined()
        var response = Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        if let next { response.headers[.nextPage] = "<?cursor=\(next)>; rel=\"next\"" }
        return response
    }

    /// All that the filter lets through, a JSON text per line, read page by page as the client
    /// takes it: memory holds one page.
    private func export(_ filter: InteractionFilter, after: InteractionID?) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                var after = after
                while true {
                    let records = try await read(filter, after, Self.exportPage)
                    guard let last = records.last else { break }
                    after = last.id
                    var buffer = ByteBuffer()
                    for record in records {
                        buffer.writeBytes(JSONWriter.bytes { record.write(to: &$0) })
                        buffer.writeInteger(UInt8(ascii: "\n"))
                    }
                    try await writer.write(buffer)
                    if records.count < Self.exportPage { break }
                }
                try await writer.finish(nil)
            })
    }
}

extension InteractionFilter {
    /// `?requestId, customerId, accountId, connectionId, transactionId, kind, from, to`
    init(_ query: inout QueryParameters) {
        self.init()
        requestID = query.value(
            "requestId", .invalidText, expected: "A request ID ([A-Za-z0-9._-]{1,64})"
        ) { RequestID.isValid($0) ? $0 : nil }
        customerID = query.identifier("customerId")
        accountID = query.identifier("accountId")
        connectionID = query.identifier("connectionId")
        transactionID = query.identifier("transactionId")
        let kinds = InteractionRecord.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        kind = query.value("kind", .invalidValue, expected: "One of \(kinds)") {
            InteractionRecord.Kind(rawValue: $0)
        }
        from = query.timestamp("from")
        until = query.timestamp("to")
    }
}

/// Where the endpoints of this service live.
enum RealtimePaths {
    static let bases = ["/api/v1/websocket", "/api/websocket"]
}

extension HTTPField.Name {
    /// RFC 8288.
    fileprivate static let nextPage = Self("Link") ?? .location
}
