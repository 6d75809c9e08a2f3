import BankAPI
import Ledger
import Realtime
import Testing

/// Over real sockets: what becomes of an account that is closed while it is followed.
@Suite(.timeLimit(.minutes(1))) struct ClosedAccountTests {
    private static let subscribe =
        #"{"type":"subscribe","accounts":"all","events":["transaction"]}"#

    private static func closing(_ account: AccountID, of customer: CustomerID) -> FeedEvent {
        .notice(
            CustomerNotice(
                kind: CustomerNotice.accountStatus, customerID: customer, accountID: account,
                requestID: "r", at: Timestamp(milliseconds: 0), data: ["status": "closed"]))
    }

    private func followed(_ wire: Wire) async -> [AccountID] {
        await Array(wire.hub.map(\.accounts).joined())
    }

    @Test func `it is told, then the account leaves the subscription, others stay`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(1)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                wire.transfer(1, from: ada, to: ben)
                wire.journal.close(ada)
                wire.feed.push(Self.closing(ada, of: .numbered(1)))
                for _ in 0..<2 { #expect(try await client.next().type == "transaction") }
                let told = try await client.next()
                #expect(told["kind"] == .string("account.status"))
                #expect(told["data"]?["accountId"] == .string(ada.description))
                try await eventually { await followed(wire) == [ben] }
            }
        }
    }

    @Test func `staff who follow it are told as well, and leave it`() async throws {
        try await Wire.run { wire in
            let ada = wire.journal.open(.numbered(1))
            try await Client.live(wire, as: 0) { client in
                try await client.say(#"{"type":"subscribe","accounts":["\#(ada)"]}"#)
                _ = try await client.next("subscribed")
                wire.journal.close(ada)
                wire.feed.push(Self.closing(ada, of: .numbered(1)))
                #expect(try await client.next()["kind"] == .string("account.status"))
                try await eventually { await followed(wire).isEmpty }
            }
        }
    }

    @Test func `what the feed did not tell of it is told before it leaves`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                for _ in 0..<3 { wire.journal.transfer(1, from: ada, to: ben) }
                wire.journal.close(ada)
                wire.feed.push(Self.closing(ada, of: .numbered(1)))
                #expect(try await client.next().type == "notification")
                for seq in 1...Int64(3) { #expect(try await client.next().seq == seq) }
                try await eventually { await followed(wire).isEmpty }
            }
        }
    }

    @Test func `who was away gets the last entries of an account closed meanwhile`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            for _ in 0..<5 { wire.journal.transfer(1, from: ada, to: ben) }
            wire.journal.close(ada)
            try await Client.live(wire, as: 1) { client in
                try await client.say(
                    #"{"type":"subscribe","accounts":"all","events":["transaction"],"positions":{"\#(ada)":3}}"#
                )
                let account = try await client.next("subscribed")["accounts"]?.array?.first
                #expect(account?["accountId"] == .string(ada.description))
                #expect(account?["recovered"] == .bool(true))
                for seq in 4...Int64(5) { #expect(try await client.next().seq == seq) }
                try await eventually { await followed(wire).isEmpty }
            }
        }
    }

    @Test(arguments: [0, 1] as [UInt64])
    func `positions of others' accounts bring nothing into one's own`(
        customer: UInt64
    )
        async throws
    {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            wire.journal.transfer(1, from: ada, to: ben)
            try await Client.live(wire, as: customer) { client in
                try await client.say(
                    #"{"type":"subscribe","accounts":"all","positions":{"\#(ben)":0}}"#)
                let told = try await client.next()
                #expect(told.type == "subscribed")
                #expect(told["accounts"]?.array?.count == Int(customer))
                try await client.say(#"{"type":"ping"}"#)
                #expect(try await client.next().type == "pong")
            }
        }
    }
}
