import Ledger
import NIOCore
import Realtime
import Testing

@Suite struct ServerSentEventsTests {
    private let first = AccountID(high: 0x7000, low: 1)
    private let second = AccountID(high: 0x7000, low: 2)

    private func text(_ events: inout ServerSentEvents, _ json: String) -> String? {
        events.event(Array(json.utf8)[...]).map { String(buffer: $0) }
    }

    @Test func `an entry goes out with the positions of all accounts`() {
        var events = ServerSentEvents(positions: [:])
        let subscribed = """
            {"type":"subscribed","accounts":[{"accountId":"\(first)","seq":3,"recovered":true},\
            {"accountId":"\(second)","seq":7,"recovered":true}]}
            """
        #expect(
            text(&events, subscribed)
                == "event: subscribed\nid: \(first):3,\(second):7\ndata: \(subscribed)\n\n")
        let entry = #"{"type":"transaction","accountId":"\#(first)","seq":4}"#
        #expect(
            text(&events, entry)
                == "event: transaction\nid: \(first):4,\(second):7\ndata: \(entry)\n\n")
        let balance = #"{"type":"balance","accountId":"\#(first)","seq":4}"#
        #expect(text(&events, balance) == "event: balance\ndata: \(balance)\n\n")
    }

    @Test func `what is still to be replayed does not count as told`() {
        var events = ServerSentEvents(positions: [first: 3, second: 5])
        _ = text(
            &events,
            """
            {"type":"subscribed","accounts":[{"accountId":"\(first)","seq":9,"recovered":true},\
            {"accountId":"\(second)","seq":90000,"recovered":false}]}
            """)
        #expect(events.positions == [first: 3, second: 90_000])
    }

    @Test func `who is sent away is told when to come back`() {
        var events = ServerSentEvents(positions: [:])
        let json = #"{"type":"reconnect","afterMs":120}"#
        #expect(text(&events, json) == "event: reconnect\nretry: 120\ndata: \(json)\n\n")
    }

    @Test func `the hello of a socket and what is no message are left out`() {
        var events = ServerSentEvents(positions: [:])
        #expect(text(&events, #"{"type":"hello","protocol":1}"#) == nil)
        #expect(text(&events, "[]") == nil)
        #expect(text(&events, "") == nil)
    }

    @Test func `positions are read back from an event's id`() {
        let positions = ServerSentEvents.positions(lastEventID: "\(first):4,\(second):7")
        #expect(positions == [first: 4, second: 7])
        #expect(ServerSentEvents.positions(lastEventID: "") == [:])
    }

    @Test(arguments: [
        "x", "acc_1:2", "\(AccountID(high: 0x7000, low: 1))", ":",
        "\(AccountID(high: 0x7000, low: 1)):-1",
        "\(AccountID(high: 0x7000, low: 1)):99999999999999999999",
    ])
    func `what no stream wrote is no id`(text: String) {
        #expect(ServerSentEvents.positions(lastEventID: text) == nil)
    }
}
