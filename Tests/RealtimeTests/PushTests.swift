import BankAPI
import Ledger
import Realtime
import Testing

/// Over real sockets: what is pushed to whom, in which order.
@Suite(.timeLimit(.minutes(1))) struct PushTests {
    static let subscribe =
        #"{"type":"subscribe","id":"1","accounts":"all","events":["transaction"]}"#

    private static func resume(_ account: AccountID, _ seq: Int64) -> String {
        #"{"type":"subscribe","accounts":"all","events":["transaction"],"positions":{"\#(account)":\#(seq)}}"#
    }

    @Test func `both sides of a transfer see it, each its own`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { first in
                try await first.say(#"{"type":"subscribe","accounts":"all"}"#)
                #expect(try await first.next().type == "subscribed")
                try await Client.live(wire, as: 2) { second in
                    try await second.say(Self.subscribe)
                    #expect(try await second.next("subscribed")["id"] == .string("1"))
                    let sent = wire.transfer(25, from: ada, to: ben, requestID: "r-1")

                    let debit = try await first.next()
                    #expect(debit.type == "transaction" && debit.seq == 1)
                    #expect(debit["accountId"] == .string(ada.description))
                    #expect(debit["requestId"] == .string("r-1"))
                    #expect(debit["balance"]?["posted"]?.integer == -25)
                    #expect(debit["transaction"]?["to"]?["accountId"] == nil)
                    let balance = try await first.next()
                    #expect(balance.type == "balance" && balance.seq == 1)

                    let credit = try await second.next()
                    #expect(credit["accountId"] == .string(ben.description))
                    #expect(credit["transaction"]?["id"] == .string(sent.id.description))
                    #expect(credit["transaction"]?["from"]?["accountId"] == nil)
                }
            }
        }
    }

    @Test func `a resume with positions gets each missed seq once, then live ones`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            for _ in 0..<450 { wire.transfer(1, from: ada, to: ben) }
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.resume(ada, 17))
                for _ in 0..<50 { wire.transfer(1, from: ada, to: ben) }
                let account = try await client.next("subscribed")["accounts"]?.array?.first
                #expect(account?["recovered"] == .bool(true))
                var seqs: [Int64] = []
                while seqs.last != 500 { seqs.append(try await client.next().seq ?? -1) }
                #expect(seqs == Array(18...500))
            }
        }
    }

    @Test func `too much missed, or a position that can't be, is not recovered`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            wire.transfer(1, from: ada, to: ben)
            try await Client.live(wire, as: 1) { client in
                for position in [2, -1] as [Int64] {
                    try await client.say(Self.resume(ada, position))
                    let account = try await client.next("subscribed")["accounts"]?.array?.first
                    #expect(account?["recovered"] == .bool(false))
                    #expect(account?.seq == 1)
                }
                wire.transfer(1, from: ada, to: ben)
                #expect(try await client.next().seq == 2)
            }
        }
    }

    @Test func `ten thousand missed entries are told, one more is not recovered`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            for _ in 0..<10_001 { wire.journal.transfer(1, from: ada, to: ben) }
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.resume(ada, 0))
                var account = try await client.next()["accounts"]?.array?.first
                #expect(account?["recovered"] == .bool(false))
                #expect(account?.seq == 10_001)
                try await client.say(Self.resume(ada, 1))
                account = try await client.next()["accounts"]?.array?.first
                #expect(account?["recovered"] == .bool(true))
                for seq in 2...Int64(10_001) {
                    guard try await client.next().seq == seq else {
                        Issue.record("not \(seq)")
                        return
                    }
                }
            }
        }
    }

    @Test func `what a broken feed loses is read from the journal`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                for error in [FeedError.interrupted, .historyLost] {
                    wire.transfer(1, from: ada, to: ben)
                    _ = try await client.next("transaction")
                    wire.feed.cut(error)
                    // Never told by the feed.
                    for _ in 0..<3 { wire.journal.transfer(1, from: ada, to: ben) }
                    for _ in 0..<3 { _ = try await client.next("transaction") }
                }
                wire.transfer(1, from: ada, to: ben)
                #expect(try await client.next("transaction").seq == 9)
                #expect(wire.feed.starts.last == MemoryFeed.present)
            }
        }
    }

    @Test func `a journal that went back ends the connections that were told more`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            for _ in 0..<3 { wire.transfer(1, from: ada, to: ben) }
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.resume(ada, 0))
                for seq in 1...3 as ClosedRange<Int64> {
                    #expect(try await client.next("transaction").seq == seq)
                }
                wire.feed.cut(.historyLost)
                wire.transfer(1, from: ada, to: ben)
                #expect(try await client.next("transaction").seq == 4, "nothing went back yet")
                wire.journal.goBack(ada, to: 2)
                wire.feed.cut(.historyLost)
                #expect(try await client.closeCode() == 1012)
            }
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.resume(ada, 4))
                let account = try await client.next("subscribed")["accounts"]?.array?.first
                #expect(account?["recovered"] == .bool(false) && account?.seq == 2)
            }
        }
    }

    @Test func `an event that the feed skipped is fetched before the next goes out`()
        async throws
    {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                wire.journal.transfer(1, from: ada, to: ben)
                let last = wire.transfer(1, from: ada, to: ben)
                wire.feed.push(.transaction(last))
                wire.transfer(1, from: ada, to: ben)
                var seqs: [Int64] = []
                for _ in 0..<3 { seqs.append(try await client.next().seq ?? -1) }
                #expect(seqs == [1, 2, 3])
            }
        }
    }

    @Test func `a foreign account is not found, and the own one is followed`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(
                    #"{"type":"subscribe","id":"7","accounts":["\#(ben)","\#(ada)"]}"#)
                let fault = try await client.next()
                #expect(fault["code"] == .string("account_not_found"))
                #expect(fault["id"] == .string("7"))
                let accounts = try await client.next()["accounts"]?.array
                #expect(accounts?.map { $0["accountId"] } == [.string(ada.description)])
                wire.transfer(1, from: ben, to: ada)
                #expect(try await client.next()["accountId"] == .string(ada.description))
            }
        }
    }

    @Test func `a new account joins a subscription to all by itself`() async throws {
        try await Wire.run { wire in
            let ben = wire.journal.open(.numbered(2))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                #expect(try await client.next()["accounts"] == .array([]))
                let ada = wire.journal.open(.numbered(1))
                wire.transfer(5, from: ben, to: ada)
                wire.feed.push(
                    .notice(
                        CustomerNotice(
                            kind: "account.opened", customerID: .numbered(1), accountID: ada,
                            requestID: "r", at: Timestamp(milliseconds: 0), data: [:])))
                #expect(try await client.next("notification")["kind"] == .string("account.opened"))
                #expect(try await client.next("transaction").seq == 1)
                wire.transfer(5, from: ben, to: ada)
                #expect(try await client.next("transaction").seq == 2)
            }
        }
    }

    @Test func `a refusal goes to its initiator alone`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { first in
                try await Client.live(wire, as: 2) { second in
                    try await second.say(Self.subscribe)
                    _ = try await second.next("subscribed")
                    wire.feed.push(.transaction(wire.journal.refuse(9, from: ada, to: ben)))
                    #expect(try await first.next().type == "refusal")
                    wire.transfer(1, from: ada, to: ben)
                    #expect(try await second.next().type == "transaction")
                }
            }
        }
    }

    @Test func `staff follow the ledger and any account, and see both sides`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 0) { client in
                try await client.say(#"{"type":"subscribe","accounts":"ledger"}"#)
                _ = try await client.next("subscribed")
                wire.transfer(1, from: ada, to: ben)
                let entry = try await client.next()
                #expect(entry["ledgerCursor"]?.string != nil && entry.seq == nil)
                #expect(entry["transaction"]?["from"]?["accountId"] != nil)
                #expect(entry["transaction"]?["to"]?["accountId"] != nil)
            }
        }
    }

    @Test func `unsubscribed accounts are quiet`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                try await client.say(#"{"type":"unsubscribe","accounts":["\#(ada)"]}"#)
                _ = try await client.next("unsubscribed")
                wire.transfer(1, from: ada, to: ben)
                try await eventually { wire.feed.isEmpty }
                try await client.say(#"{"type":"ping"}"#)
                #expect(try await client.next().type == "pong")
            }
        }
    }

    @Test func `a reader that is too slow is closed 4409, and nobody else notices`()
        async throws
    {
        try await Wire.run {
            $0.queueBytesMax = 65_536
        } _: { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1, receiveBuffer: 4_096) { slow in
                try await slow.say(Self.subscribe)
                _ = try await slow.next("subscribed")
                try await Client.live(wire, as: 2) { quick in
                    try await quick.say(Self.subscribe)
                    _ = try await quick.next("subscribed")
                    let text = String(repeating: "x", count: 500)
                    for seq in 1...Int64(10_000) {
                        if seq % 50 == 1 {
                            for _ in 0..<50 {
                                wire.transfer(1, from: ada, to: ben, description: text)
                            }
                        }
                        guard try await quick.next("transaction").seq == seq else {
                            Issue.record("not \(seq)")
                            return
                        }
                    }
                }
                try await eventually {
                    wire.store.all.contains { $0.kind == .slowConsumer }
                }
                let code = try await slow.closeCode()
                #expect(code == 4409 || code == nil)
            }
        }
    }

    /// Past what the kernel takes, into NIO's buffer and the queue, and back.
    @Test func `a reader who pauses again and again is told everything, in order`() async throws {
        try await Wire.run {
            $0.queueBytesMax = 32 << 20
        } _: { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            let text = String(repeating: "x", count: 10_000)
            try await Client.live(wire, as: 1, receiveBuffer: 65_536) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                var seq: Int64 = 0
                for round in 0..<6 {
                    let isPause = round.isMultiple(of: 2)
                    let count: Int64 = isPause ? 1_000 : 20
                    for _ in 0..<count {
                        wire.transfer(1, from: ada, to: ben, description: text)
                        if !isPause { try await eventually { wire.feed.isEmpty } }
                    }
                    try await eventually { wire.feed.isEmpty }
                    for _ in 0..<count {
                        seq += 1
                        #expect(try await client.next("transaction").seq == seq)
                    }
                }
            }
        }
    }

    @Test func `a resume larger than the queue is paced, and never too slow`() async throws {
        try await Wire.run {
            $0.queueBytesMax = 65_536
        } _: { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            let text = String(repeating: "x", count: 500)
            for _ in 0..<9_000 {
                wire.journal.transfer(1, from: ada, to: ben, description: text)
            }
            try await Client.live(wire, as: 1, receiveBuffer: 4_096) { client in
                try await client.say(Self.resume(ada, 0))
                _ = try await client.next("subscribed")
                try await Task.sleep(for: .milliseconds(200))
                let reads = wire.journal.reads
                // The client has not read yet: of 90 looks into the journal few were made.
                #expect(reads < 60)
                for seq in 1...Int64(9_000) {
                    guard try await client.next("transaction").seq == seq else {
                        Issue.record("not \(seq)")
                        return
                    }
                }
            }
        }
    }

    @Test func `a journal that is away delays, and loses nothing`() async throws {
        try await Wire.run { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.live(wire, as: 1) { client in
                try await client.say(Self.subscribe)
                _ = try await client.next("subscribed")
                wire.journal.setAway(true)
                wire.journal.transfer(1, from: ada, to: ben)
                wire.transfer(1, from: ada, to: ben)
                try await Task.sleep(for: .milliseconds(150))
                wire.journal.setAway(false)
                #expect(try await client.next().seq == 1)
                #expect(try await client.next().seq == 2)
                wire.journal.setAway(true)
                try await client.say(Self.subscribe)
                #expect(try await client.next()["code"] == .string("unavailable"))
            }
        }
    }
}
