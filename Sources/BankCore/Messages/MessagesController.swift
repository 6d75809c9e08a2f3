import BankAPI
package import Hummingbird
import Ledger
package import ServiceKit

/// `/api/v1/messages` for staff, and the sandbox's mailbox.
package struct MessagesController: Sendable {
    private let queue: any MessageQueue
    private let box: SealedBox
    private let isSandbox: Bool

    package init(queue: any MessageQueue, box: SealedBox, isSandbox: Bool) {
        self.queue = queue
        self.box = box
        self.isSandbox = isSandbox
    }

    package func addRoutes(to router: some RouterMethods<ServiceContext>) {
        router.get("/api/v1/messages") { try await list($0, $1) }
        router.get("/api/v1/sandbox/messages") { try await mailbox($0, $1) }
    }

    /// Without the texts: they hold codes.
    private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
        _ = try context.staffIdentity()
        var query = QueryParameters(request)
        let filter = MessageFilter(to: query.phoneNumber("to"), status: query.choice("status"))
        let page: PageRequest<MessageID> = query.page(of: request)
        try query.finish()
        let found = try await queue.messages(filter, page)
        return Response(found, of: request, id: \.message.id) { $0.message($1) }
    }

    /// What would have gone out, for anyone: that is what a sandbox is.
    private func mailbox(_ request: Request, _ context: ServiceContext) async throws -> Response {
        guard isSandbox else { throw Problem(.notFound) }
        var query = QueryParameters(request)
        let filter = MessageFilter(to: query.phoneNumber("to"))
        let page: PageRequest<MessageID> = query.page(of: request)
        try query.finish()
        let found = try await queue.messages(filter, page)
        let box = box
        return Response(found, of: request, id: \.message.id) { json, record in
            json.letter(record, MessageText(record.message, box))
        }
    }
}

extension JSONWriter {
    fileprivate mutating func message(_ record: MessageRecord) {
        object { json in
            json.member("id", describing: record.message.id)
            json.member("customerId", describing: record.message.customerID)
            json.member("to", record.message.to)
            json.member("kind", record.message.kind.rawValue)
            json.member("status", record.status.rawValue)
            json.member("attempts", record.attempts)
            json.member("failure", record.failure)
            json.member("createdAt", describing: record.createdAt)
            json.member("sentAt", record.sentAt?.description)
        }
    }

    fileprivate mutating func letter(_ record: MessageRecord, _ text: MessageText?) {
        object { json in
            json.member("id", describing: record.message.id)
            json.member("to", record.message.to)
            json.member("kind", record.message.kind.rawValue)
            json.member("text", text?.text.value)
            if let code = text?.code { json.member("code", code.value) }
            json.member("createdAt", describing: record.createdAt)
        }
    }
}
