import BankAPI
import Ledger
import Realtime
import Testing

/// Over real sockets: what goes into the interaction log.
@Suite(.timeLimit(.minutes(1))) struct InteractionKindTests {
    private static let subscribe =
        #"{"type":"subscribe","accounts":"all","events":["transaction"]}"#

    @Test func `each of the twelve kinds is written, with what belongs to it`() async throws {
        try await Wire.run { limits in
            limits.queueBytesMax = 65_536
            limits.session.messageBurst = 8
        } _: { wire in
            let (ada, ben) = (wire.journal.open(.numbered(1)), wire.journal.open(.numbered(2)))
            try await Client.open(wire) { client in
                try await client.say(#"{"type":"auth","token":"wrong"}"#)
                #expect(try await client.closeCode() == 4401)
            }
            try await Self.useEverything(wire, ada, ben)
            try await Self.readNothing(wire, ada, ben)
            try await eventually {
                Set(wire.store.all.map(\.kind)) == Set(InteractionRecord.Kind.allCases)
                    && wire.store.all.count { $0.kind == .connectionClosed } == 3
            }
            for record in wire.store.all { Self.check(record, account: [ada, ben]) }
        }
    }

    private static func useEverything(
        _ wire: Wire, _ ada: AccountID, _ ben: AccountID
    ) async throws {
        try await Client.live(wire, as: 1) { client in
            try await client.say(subscribe)
            _ = try await client.next("subscribed")
            wire.transfer(1, from: ada, to: ben, requestID: "r-1")
            _ = try await client.next("transaction")
            try await client.say(#"{"type":"ack","positions":{"\#(ada)":1}}"#)
            try await client.say(
                #"{"type":"subscribe","accounts":"all","positions":{"\#(ada)":1}}"#)
            _ = try await client.next("subscribed")
            for kind in ["interaction", "error"] {
                try await client.say(#"{"type":"event.\#(kind)","id":"\#(kind)","data":{"a":1}}"#)
                _ = try await client.next("logged")
            }
            for _ in 0..<8 { try await client.say(#"{"type":"ping"}"#) }
            #expect(try await client.next("error")["code"] == .string("rate_limited"))
        }
    }

    private static func readNothing(
        _ wire: Wire, _ ada: AccountID, _ ben: AccountID
    ) async throws {
        try await Client.live(wire, as: 2, receiveBuffer: 4_096) { slow in
            try await slow.say(subscribe)
            _ = try await slow.next("subscribed")
            let text = String(repeating: "x", count: 500)
            for _ in 0..<200 {
                for _ in 0..<100 { wire.transfer(1, from: ada, to: ben, description: text) }
                try await eventually { wire.feed.isEmpty }
                if wire.store.all.contains(where: { $0.kind == .slowConsumer }) { break }
            }
            try await eventually {
                wire.store.all.contains { $0.kind == .slowConsumer }
            }
        }
    }

    private static func check(_ record: InteractionRecord, account: Set<AccountID>) {
        let isError: Set<InteractionRecord.Kind> = [
            .authFailed, .eventError, .limitHit, .slowConsumer,
        ]
        #expect(record.isError == isError.contains(record.kind), "\(record)")
        switch record.kind {
        case .connectionOpened, .authFailed: #expect(record.customerID == nil)
        case .pushSent, .pushAcknowledged:
            #expect(record.transactionID != nil && record.latencyMilliseconds != nil)
            fallthrough
        case .subscribed, .resumed:
            #expect(record.accountID.map(account.contains) == true && record.seq != nil)
            fallthrough
        case .authSucceeded, .eventInteraction, .eventError, .limitHit, .slowConsumer:
            #expect(record.customerID != nil && record.sessionID != nil, "\(record)")
        case .connectionClosed: #expect(record.code.flatMap(UInt16.init) != nil)
        }
    }

    @Test func `a line of the text form ends where it should, and drives no terminal`() {
        var record = InteractionRecord(
            id: InteractionID(high: 1, low: 1), at: Timestamp(milliseconds: 0), kind: .eventError,
            requestID: "r", connectionID: ConnectionID(high: 1, low: 1))
        let bad = "\n\r\u{1B}[31m\u{0}\u{7F}\u{85}\u{9B}\u{2028}\u{2029}\u{202E}\u{2066}\u{FEFF}"
        record.data = "{\"text\":\"\(bad)é漢\"}"
        record.code = bad
        let line = record.line
        let escaped = bad.unicodeScalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
            .replacing("\\u{5b}\\u{33}\\u{31}\\u{6d}", with: "[31m")
        #expect(line.hasSuffix("code=\(escaped) data={\"text\":\"\(escaped)é漢\"}"))
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    }
}
