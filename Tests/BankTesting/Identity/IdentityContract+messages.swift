import BankCore
import Ledger

extension IdentityContract {
    static let messages: [IdentityCheck] = [
        IdentityCheck("a message is queued with its challenge, claimed by one, and sent") {
            identity in
            let message = identity.message()
            _ = try await identity.challenge(message: message)
            try await expect(identity.record(message)?.status, .queued)
            let claims = try await withThrowingTaskGroup(of: MessageRecord?.self) { group in
                for _ in 0..<20 { group.addTask { try await identity.queue.claim() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let mine = claims.compactMap { $0 }.filter { $0.message.id == message.id }
            try expect(mine.map(\.attempts), [1])
            try expect(mine.first?.message.sealed, message.sealed)
            try await identity.queue.sent(message.id, attempt: 1)
            let record = try await identity.record(message)
            try expect(record?.status, .sent)
            try expect(record?.sentAt != nil, "when it was sent")
        },
        IdentityCheck("a message that fails is tried again, and dead at last") { identity in
            let message = identity.message()
            _ = try await identity.challenge(message: message)
            for attempt in 1...MessageDelivery.attemptsMax {
                let claimed = try await identity.claim(message)
                try expect(claimed?.attempts, attempt)
                try await identity.queue.failed(
                    message.id, attempt: attempt, failure: "gateway_500",
                    againAfterSeconds: attempt < MessageDelivery.attemptsMax ? 0 : nil)
            }
            try await expect(identity.claim(message) == nil, true)
            let record = try await identity.record(message)
            try expect(record?.status, .dead)
            try expect(record?.failure, "gateway_500")
            let dead = try await identity.queue.messages(
                MessageFilter(status: .dead), PageRequest(limit: 50))
            try expect(dead.items.contains { $0.message.id == message.id }, "staff see it")
        },
        IdentityCheck("who has lost a message to another attempt changes nothing") { identity in
            let message = identity.message()
            _ = try await identity.challenge(message: message)
            _ = try await identity.claim(message)
            try await identity.queue.failed(
                message.id, attempt: 1, failure: "late", againAfterSeconds: 0)
            _ = try await identity.claim(message)
            try await identity.queue.sent(message.id, attempt: 1)
            try await expect(identity.record(message)?.status, .queued)
            try await identity.queue.sent(message.id, attempt: 2)
            try await expect(identity.record(message)?.status, .sent)
        },
        IdentityCheck("a message that nobody can use any more is not sent") { identity in
            let message = identity.message(usefulSeconds: 0)
            _ = try await identity.challenge(message: message)
            try await expect(identity.claim(message) == nil, true)
            try await expect(identity.record(message)?.status, .dead)
            try await expect(identity.record(message)?.failure, "expired")
        },
        IdentityCheck("messages are listed newest first, page by page") { identity in
            let to = identity.message().to
            var ids: [MessageID] = []
            for _ in 0..<3 {
                let message = identity.message(to: to)
                ids.append(message.id)
                _ = try await identity.challenge(message: message)
            }
            let newest = Array(ids.sorted().reversed())
            let filter = MessageFilter(to: to)
            let page = try await identity.queue.messages(filter, PageRequest(limit: 2))
            try expect(page.items.map(\.message.id), Array(newest.prefix(2)))
            let rest = try await identity.queue.messages(
                filter, PageRequest(limit: 2, after: page.items.last?.message.id))
            try expect(rest.items.map(\.message.id), [newest[2]])
            try expect(page.hasMore && !rest.hasMore, "two pages")
        },
    ]
}

extension IdentityUnderTest {
    func message(to: String? = nil, usefulSeconds: Int64 = 300) -> OutgoingMessage {
        let id: MessageID = bank.identifiers.next()
        return OutgoingMessage(
            id: id, customerID: bank.identifiers.next(), to: to ?? "+1\(id.low)", kind: .otp,
            sealed: [0, 1, 255], usefulSeconds: usefulSeconds)
    }

    func record(_ message: OutgoingMessage) async throws -> MessageRecord? {
        try await queue.messages(MessageFilter(to: message.to), PageRequest(limit: 9)).items
            .first { $0.message.id == message.id }
    }

    /// Claims until it is this message's turn; nil when none is due any more.
    func claim(_ message: OutgoingMessage) async throws -> MessageRecord? {
        while let claimed = try await queue.claim() {
            if claimed.message.id == message.id { return claimed }
        }
        return nil
    }
}
