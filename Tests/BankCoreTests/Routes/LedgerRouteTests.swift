import BankTesting
import HTTPTypes
import Ledger
import Testing

@Suite("The ledger over HTTP") struct LedgerRouteTests {
    @Test(arguments: ["trial-balance", "blocks"])
    func `proof is for staff`(path: String) async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            let replies = [
                try await caller.ask(.get, "/ledger/\(path)", as: nil),
                try await caller.ask(.get, "/ledger/\(path)", as: .ada),
                try await caller.ask(.get, "/ledger/\(path)?x=1", as: .teller),
                try await caller.ask(.get, "/ledger/\(path)", as: .teller),
            ]
            #expect(replies.map(\.status) == [401, 403, 400, 200])
        }
    }

    @Test func `the sums are decimal strings, and show what is wrong`() async throws {
        let bank = try await RouteBank()
        try await bank.serve { caller in
            _ = try await caller.post(caller.transfer(amount: "100"))
            let reply = try await caller.ask(.get, "/ledger/trial-balance", as: .teller)
            let euro =
                #"{"currency":"EUR","debits":"0","credits":"100000","#
                + #""difference":"-100000","accounts":1}"#
            let dollar =
                #"{"currency":"USD","debits":"0","credits":"300000","#
                + #""difference":"-300000","accounts":3}"#
            #expect(reply.text == "{\"data\":[\(euro),\(dollar)]}")
        }
    }
}
