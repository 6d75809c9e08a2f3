import Ledger
package import Logging
import Metrics
import ServiceLifecycle

/// Where messages go out to the world.
package protocol MessageGateway: Sendable {
    /// Hands the message over. The gateway may get it more than once, under the same id.
    func send(_ text: MessageText, of message: OutgoingMessage) async throws(DeliveryFailure)
}

/// Why a gateway did not take a message: a code for the operator.
package struct DeliveryFailure: Error, Hashable, Sendable {
    package let code: String
    package init(_ code: String) { self.code = code }
}

/// The sandbox: nobody is sent anything, the mailbox shows what there is.
package struct SandboxGateway: MessageGateway {
    package init() {}
    package func send(_: MessageText, of _: OutgoingMessage) async throws(DeliveryFailure) {}
}

/// Sends what is queued, by whichever instance is first: add it to the service group.
///
/// Each message is tried three times; then it is dead, which is logged and counted, and staff
/// see it. What an instance had in hand when it was killed is taken up when its lease is over.
package struct MessageSender: Service {
    /// How many are in hand at once; each lane looks for work so often, one after another.
    private static let lanes = 4
    private static let pollInterval: Duration = .seconds(1)

    private let queue: any MessageQueue
    private let gateway: (any MessageGateway)?
    private let box: SealedBox
    private let isReady: @Sendable () -> Bool
    private let logger: Logger

    /// `gateway`: nil where none is set; then every message becomes dead.
    package init(
        queue: any MessageQueue, gateway: (any MessageGateway)?, box: SealedBox, logger: Logger,
        isReady: @escaping @Sendable () -> Bool = { true }
    ) {
        self.queue = queue
        self.gateway = gateway
        self.box = box
        self.logger = logger
        self.isReady = isReady
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                // A few at once, begun apart: a gateway that is slow holds up its own lane.
                for lane in 0..<Self.lanes {
                    group.addTask {
                        try? await Task.sleep(for: Self.pollInterval / Self.lanes * lane)
                        await self.work()
                    }
                }
            }
        }
    }

    private func work() async {
        while !Task.isCancelled {
            if isReady(), await sendNext() { continue }
            try? await Task.sleep(for: Self.pollInterval)
        }
    }

    /// Sends one message that is due; false if there is none.
    package func sendNext() async -> Bool {
        do throws(StoreError) {
            guard let record = try await queue.claim() else { return false }
            try await deliver(record)
            return true
        } catch {
            logger.debug("the message queue can't be reached", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func deliver(_ record: MessageRecord) async throws(StoreError) {
        let (id, attempt) = (record.message.id, record.attempts)
        do throws(DeliveryFailure) {
            guard let gateway else { throw DeliveryFailure("no_gateway") }
            guard let text = MessageText(record.message, box) else {
                throw DeliveryFailure("unreadable")
            }
            try await gateway.send(text, of: record.message)
        } catch {
            let isHopeless = error.code == "no_gateway" || error.code == "unreadable"
            let pause = isHopeless ? nil : MessageDelivery.pauseSeconds(after: attempt)
            try await queue.failed(
                id, attempt: attempt, failure: error.code, againAfterSeconds: pause)
            note(record, error, isDead: pause == nil)
            return
        }
        try await queue.sent(id, attempt: attempt)
        Self.count("sent")
    }

    private func note(_ record: MessageRecord, _ failure: DeliveryFailure, isDead: Bool) {
        Self.count(isDead ? "dead" : "failed")
        logger.log(
            level: isDead ? .error : .warning,
            isDead ? "a message is dead" : "a message could not be sent",
            metadata: [
                "message.id": "\(record.message.id)", "message.attempt": "\(record.attempts)",
                "message.failure": "\(failure.code)",
            ])
    }

    private static func count(_ outcome: String) {
        Counter(label: "messages_total", dimensions: [("outcome", outcome)]).increment()
    }
}
