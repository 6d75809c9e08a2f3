import Ledger
import Realtime
import Testing

/// What the interaction log has of pushes, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct PushRecordTests {
    @Test func `a push to many sockets is a record of each`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for _ in 0..<9 {
                    // All listen at once: each ends when it was told.
                    clients.addTask {
                        try await Client.live(wire, as: 1) { client in
                            try await client.say(PushTests.subscribe)
                            _ = try await client.next("subscribed")
                            for seq in 1...Int64(2) {
                                #expect(try await client.next("transaction").seq == seq)
                            }
                        }
                    }
                }
                try await eventually {
                    wire.store.all.count { $0.kind == .subscribed } == 9
                }
                for _ in 0..<2 { wire.transfer(1, from: ada, to: ben) }
                try await clients.waitForAll()
            }
            try await eventually { wire.store.all.count { $0.kind == .pushSent } == 18 }
            let sent = wire.store.all.filter { $0.kind == .pushSent }
            #expect(Set(sent.map(\.id)).count == 18)
            let subscribed = wire.store.all.filter { $0.kind == .subscribed }
            for seq in [1, 2] as [Int64] {
                let told = sent.filter { $0.seq == seq }
                #expect(Set(told.map(\.connectionID)) == Set(subscribed.map(\.connectionID)))
                #expect(told.allSatisfy { $0.customerID == .numbered(1) && $0.sessionID != nil })
            }
        }
    }

    @Test func `acknowledgements are stored with their latency`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(PushTests.subscribe)
                _ = try await client.next("subscribed")
                for _ in 0..<3 { wire.transfer(1, from: ada, to: ben) }
                for _ in 0..<3 { _ = try await client.next("transaction") }
                try await client.say(#"{"type":"ack","positions":{"\#(ada)":2}}"#)
                try await eventually {
                    wire.store.all.count { $0.kind == .pushAcknowledged } == 2
                }
                let acknowledged = wire.store.all.filter { $0.kind == .pushAcknowledged }
                #expect(acknowledged.map(\.seq) == [1, 2])
                #expect(acknowledged.allSatisfy { ($0.latencyMilliseconds ?? -1) >= 0 })
            }
        }
    }
}
