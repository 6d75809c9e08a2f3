import BankAPI
import BankTesting
import HTTPTypes
import Ledger
import Testing

@Suite("The events feed over HTTP") struct EventRouteTests {
    private func ids(_ reply: Caller.Reply) -> [String] {
        (reply.json["data"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    @Test func `a walk from the beginning gives every entry of one's own, once`() async throws {
        let bank = try await RouteBank()
        let ledger = bank.ledger
        try await bank.serve { caller in
            for number in 0..<5 {
                _ = try await caller.post(caller.transfer(), key: "a\(number)")
                _ = try await caller.post(
                    caller.transfer(from: 3, to: 4, currency: "EUR"), as: .bob, key: "b\(number)")
            }
            var seen: [String] = []
            var after = ""
            for _ in 0..<9 {
                let page = try await caller.ask(.get, "/events?limit=2" + after)
                seen += ids(page)
                after = "&after=\(page.json["nextCursor"]?.string ?? "")"
            }
            let all = ledger.snapshot.transactions.values.sorted { $0.id < $1.id }
            let own = all.filter { $0.initiator.customerID == .ada }
            #expect(seen == own.map(\.id.description))
            let staff = try await caller.ask(.get, "/events", as: .teller)
            #expect(ids(staff) == all.map(\.id.description))
        }
    }

    @Test func `going on after an entry's cursor gives what comes behind it`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            for number in 0..<4 { _ = try await caller.post(caller.transfer(), key: "\(number)") }
            let all = try await caller.ask(.get, "/events")
            let cursor = all.json["data"]?.array?[1]["cursor"]?.string ?? ""
            let rest = try await caller.ask(.get, "/events?after=\(cursor)")
            #expect(ids(rest) == Array(ids(all).suffix(2)))
        }
    }

    @Test func `who waits is answered when something happens`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let now = try await caller.ask(.get, "/events")
            let cursor = now.json["nextCursor"]?.string ?? ""
            async let waiting = caller.ask(.get, "/events?wait=20&after=\(cursor)")
            try await Task.sleep(for: .milliseconds(100))
            let entry = try await caller.post(caller.transfer())
            let answer = try await waiting
            #expect(ids(answer) == [entry.json["id"]?.string])
        }
    }

    @Test func `a wait that is over is answered with nothing, and the place`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let reply = try await caller.ask(.get, "/events?wait=1")
            #expect(reply.status == 200)
            #expect(ids(reply).isEmpty)
            #expect(reply.json["nextCursor"]?.string?.isEmpty == false)
        }
    }

    @Test(arguments: ["wait=26", "wait=-1", "after=nonsense", "after=AQ", "limit=0", "since=1"])
    func `what makes no sense is refused`(query: String) async throws {
        let bank = try await RouteBank()
        let reply = try await bank.serve { try await $0.ask(.get, "/events?" + query) }
        #expect(reply.status == 400)
    }
}
