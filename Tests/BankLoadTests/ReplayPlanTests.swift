import Testing
import bank_load

/// A small export, and how it is read.
enum ExportSample {
    static let header = "id,account,date,direction,kind,amountMinor,balanceMinor\n"

    static func read(
        _ text: String, _ change: (inout ColumnOptions) -> Void = { _ in }
    ) throws -> (plan: ReplayPlan?, faults: [MovementFault]) {
        var options = ColumnOptions()
        change(&options)
        var parser = CSVParser()
        var reader = ReplayPlanReader(options: options)
        try parser.feed(Array(text.utf8)) { try reader.take($0) }
        try parser.finish { try reader.take($0) }
        return (reader.finish(), reader.faults)
    }
}

@Suite struct `The plan of a replay` {
    @Test func `sums, lowest points and last days are taken by account`() throws {
        let text =
            ExportSample.header + """
                1,A,1993-01-01,credit,deposit,700,700
                2,B,1993-01-01,credit,deposit,100,100
                3,A,1993-01-02,debit,withdrawal,900,-200
                4,A,1993-01-03,credit,interest,300,50
                5,A,1993-01-03,debit,withdrawal,50,100
                """
        let plan = try #require(try ExportSample.read(text).plan)
        #expect(plan.accounts.map(\.name) == ["A", "B"])
        let account = plan.accounts[0]
        #expect(account.movements.map { plan.movements[Int($0)].id } == ["1", "3", "4", "5"])
        #expect(account.movements.map { plan.movements[Int($0)].amount } == [700, -900, 300, -50])
        #expect(account.sum == 50)
        #expect(account.overdraft == 200)
        #expect(account.closing == [50, 100])
        #expect(account.distanceFromFile == 0)
        #expect(plan.accounts[1].overdraft == 0)
        #expect(plan.movements[2].line == 4)
        #expect(plan.movements[2].date == "1993-01-02")
    }

    @Test func `columns go by the names they are given`() throws {
        let text = "Nr;Konto;Betrag\n1;K1;12.50\n2;K1;-0.5\n".replacing(";", with: ",")
        let plan = try #require(
            try ExportSample.read(text) {
                $0.id = "Nr"
                $0.account = "Konto"
                $0.amount = "Betrag"
                $0.decimals = 2
            }.plan)
        #expect(plan.movements.map(\.amount) == [1250, -50])
        #expect(plan.accounts[0].distanceFromFile == nil)
    }

    @Test func `every bad row is told with its line, and there is no plan`() throws {
        let text =
            ExportSample.header + """
                1,A,1993-01-01,credit,x,700,700
                2,A,1993-01-01,credit,x,7.5,0
                3,A,1993-01-01,sideways,x,1,0
                1,A,1993-01-01,credit,x,1,0
                5,,1993-01-01,credit,x,1,0
                6,A,tomorrow,credit,x,1,0
                7,A,1993-01-01,credit,x,0,0
                8,A,1993-01-01,credit,x
                9,A,1993-01-01,credit,x,9007199254740992,0
                10,A,1993-01-01,credit,x,-5,0
                a b,A,1993-01-01,credit,x,1,0
                """
        let (plan, faults) = try ExportSample.read(text)
        #expect(plan == nil)
        #expect(faults.map(\.line) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    }

    @Test func `a missing column and an empty file are told`() throws {
        #expect(throws: MovementFault.self) { try ExportSample.read("id,account\n1,A\n") }
        #expect(throws: MovementFault.self) {
            try ExportSample.read(ExportSample.header + "1,A,1993-01-01,credit,x,1,1\n") {
                $0.kind = "type"
            }
        }
        #expect(try ExportSample.read(ExportSample.header).plan == nil)
        #expect(try ExportSample.read("").plan == nil)
    }

    @Test func `a sum beyond what an account may hold is told`() throws {
        let text =
            ExportSample.header + """
                1,A,1993-01-01,credit,x,9007199254740991,0
                2,A,1993-01-01,credit,x,1,0
                """
        #expect(try ExportSample.read(text).faults.map(\.line) == [3])
    }

    @Test(arguments: [
        ("12", 0, 12), ("-12", 0, -12), ("12.5", 2, 1250), ("12.50", 2, 1250), ("+1", 2, 100),
        ("0.05", 2, 5), ("9007199254740991", 0, 9_007_199_254_740_991),
        ("90071992547409.91", 2, 9_007_199_254_740_991),
    ])
    func `an amount is read exactly`(text: String, decimals: Int, minorUnits: Int64) {
        #expect(AmountText.minorUnits(text, decimals: decimals) == minorUnits)
    }

    @Test(arguments: [
        ("", 0), ("-", 0), ("1.0", 0), ("1.", 2), (".5", 2), ("1.234", 2), ("1e3", 0), ("1,5", 2),
        ("1.2.3", 2), ("٣", 0), ("9007199254740992", 0), ("90071992547409.92", 2),
        ("99999999999999999999", 0), ("--1", 0), (" 1", 0),
    ])
    func `what is no amount is none`(text: String, decimals: Int) {
        #expect(AmountText.minorUnits(text, decimals: decimals) == nil)
    }
}
