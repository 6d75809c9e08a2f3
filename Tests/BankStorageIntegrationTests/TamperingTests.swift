import BSON
import BankCore
import BankStorage
import BankTesting
import Ledger
import Mongo
import Testing

/// What someone with the database's password may do behind the bank's back, and what
/// `bankctl verify` says to it.
@Suite struct TamperingTests {
    /// A bank with 12 transfers in 4 batches after two openings.
    private func withBank(
        _ body: (MongoDatabase, [Transaction]) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 1_000)
            let (_, to) = try await bank.customer()
            var entries: [Transaction] = []
            for batch in 0..<4 {
                let commands = (0..<3).map { index in
                    LedgerCommand.post(
                        bank.transfer(Int64(1 + batch * 3 + index), from: from, to: to))
                }
                let outcomes = try await bank.store.commit(commands)
                for case .recorded(let entry, _) in outcomes { entries.append(entry) }
            }
            let clean = try await MongoVerification(database).verify()
            #expect(clean.isClean, "\(clean.findings)")
            #expect(clean.transactions == 13)
            try await body(database, entries)
        }
    }

    private func findings(
        _ database: MongoDatabase, knownHeads: [ChainHead] = []
    ) async throws -> [Finding] {
        try await MongoVerification(database).verify(knownHeads: knownHeads).findings
    }

    private func update(
        _ database: MongoDatabase, _ collection: String, _ id: String, _ update: MongoUpdate
    ) async throws {
        let result = try await database.run { connection in
            try connection.updateOne(collection, ["_id": .string(id)], update)
        }
        #expect(result.modified == 1)
    }

    @Test func `a changed amount is named`() async throws {
        try await withBank { database, entries in
            try await update(
                database, Collections.transactions, entries[4].id.description,
                ["$set": ["amount": 999]])
            let found = try await findings(database)
            #expect(found.first?.names(entries[4].id, "changed") == true, "\(found)")
        }
    }

    @Test func `a changed holder's name is named although no sum changes`() async throws {
        try await withBank { database, entries in
            try await update(
                database, Collections.transactions, entries[4].id.description,
                ["$set": ["to.holder": "Mallory"]])
            let found = try await findings(database)
            #expect(found.count == 1)
            #expect(found.first?.names(entries[4].id, "changed") == true, "\(found)")
        }
    }

    @Test func `an entry that lost its shape is named`() async throws {
        try await withBank { database, entries in
            try await update(
                database, Collections.transactions, entries[4].id.description,
                ["$set": ["currency": "XXX"]])
            let found = try await findings(database)
            #expect(found.first?.names(entries[4].id, "changed") == true, "\(found)")
        }
    }

    @Test func `a removed entry is named`() async throws {
        try await withBank { database, entries in
            let id = entries[5].id.description
            _ = try await database.run {
                try $0.deleteOne(Collections.transactions, ["_id": .string(id)])
            }
            let found = try await findings(database)
            #expect(found.first?.names(entries[5].id, "removed") == true, "\(found)")
        }
    }

    @Test func `an inserted entry is named`() async throws {
        try await withBank { database, entries in
            let forged: TransactionID = database.bank.identifiers.next()
            let place = BlockPlace(
                writer: WriterID(high: 1, low: 1), height: 1, index: 0)
            let document = JournalDocument(entries[5].copy(id: forged), at: place).document
            try await database.run {
                // Without the unique seqs, which would already refuse it.
                try $0.command(["dropIndexes": "transactions", "index": "seq"])
                try $0.insertOne(Collections.transactions, document)
            }
            let found = try await findings(database)
            #expect(found.contains { $0.names(forged, "inserted") }, "\(found)")
        }
    }

    @Test func `entries that changed places are named`() async throws {
        try await withBank { database, entries in
            for (id, index) in [(entries[3].id, Int64(1)), (entries[4].id, 0)] {
                try await update(
                    database, Collections.transactions, id.description,
                    ["$set": ["block.index": .int64(index)]])
            }
            let found = try await findings(database)
            #expect(found.count == 2)
            #expect(found.first?.names(entries[3].id, "moved") == true, "\(found)")
        }
    }

    @Test func `a changed balance is named`() async throws {
        try await withBank { database, entries in
            let account = try require(entries[0].to.accountID, "an account")
            try await update(
                database, Collections.accounts, account.description, ["$inc": ["posted": 1]])
            let found = try await findings(database)
            #expect(found.first?.description.contains(account.description) == true, "\(found)")
            #expect(found.count == 2)
        }
    }

    @Test func `what an entry says of having been undone must be so`() async throws {
        try await withBank { database, entries in
            let bank = database.bank
            let reversal = try await bank.post(bank.reversal(of: entries[3]))
            #expect(try await findings(database).isEmpty)
            try await update(
                database, Collections.transactions, entries[4].id.description,
                ["$set": ["reversedBy": .string(reversal.id.description)]])
            #expect(try await findings(database) == [.endingUnexplained(entries[4].id)])
            try await update(
                database, Collections.transactions, entries[4].id.description,
                ["$unset": ["reversedBy": ""]])
            try await update(
                database, Collections.transactions, entries[3].id.description,
                ["$unset": ["reversedBy": ""]])
            #expect(try await findings(database) == [.endingUnsaid(entries[3].id)])
        }
    }

    @Test func `a hold must be as the journal tells it`() async throws {
        try await withBank { database, entries in
            let bank = database.bank
            let (_, from) = try await bank.customer(opening: 100)
            let (_, to) = try await bank.customer()
            let captured = try await bank.post(bank.hold(10, from: from, to: to))
            _ = try await bank.post(bank.capture(7, of: captured))
            let open = try await bank.post(bank.hold(10, from: from, to: to))
            #expect(try await findings(database).isEmpty)
            let id = HoldID(of: captured.id)
            for change: BSONDocument in [["captured": 8], ["captured": 7, "status": "voided"]] {
                try await update(
                    database, Collections.holds, id.description, ["$set": .document(change)])
                #expect(try await findings(database) == [.holdDiffers(id)])
            }
            try await update(
                database, Collections.holds, id.description, ["$set": ["status": "captured"]])
            _ = try await database.run { connection in
                try connection.deleteMany(
                    Collections.holds, ["_id": .identifier(HoldID(of: open.id))])
            }
            #expect(try await findings(database) == [.holdsMiscounted(stored: 1, entries: 2)])
        }
    }

    @Test func `a tail cut with its balances is seen against a kept head`() async throws {
        try await withBank { database, entries in
            let heads = try await MongoVerification(database).heads()
            let last = entries.suffix(3)
            let ids = last.map(\.id.description)
            let moved = last.reduce(0) { $0 + $1.amount.minorUnits }
            let sides = [(entries[0].from.accountID, moved), (entries[0].to.accountID, -moved)]
            try await database.run { connection in
                _ = try connection.deleteMany(
                    Collections.transactions, ["_id": ["$in": .strings(ids)]])
                _ = try connection.findOneAndDelete(
                    Collections.blocks, [:], sort: ["height": -1])
                for case (let account?, let amount) in sides {
                    _ = try connection.updateOne(
                        Collections.accounts, ["_id": .string(account.description)],
                        ["$inc": ["posted": .int64(amount), "seq": -3]])
                }
            }
            let unaware = try await findings(database)
            #expect(unaware.isEmpty, "\(unaware)")
            let found = try await findings(database, knownHeads: heads)
            #expect(found == heads.map(Finding.tailCut))
        }
    }
}

extension Finding {
    /// Whether it speaks of this entry, in this word.
    fileprivate func names(_ id: TransactionID, _ word: String) -> Bool {
        description.contains(id.description) && description.contains(word)
    }
}

extension Transaction {
    fileprivate func copy(id: TransactionID) -> Transaction {
        Transaction(
            id: id, type: type, amount: amount, from: from, to: to, postings: postings,
            refusal: refusal, initiator: initiator, requestID: requestID,
            idempotency: idempotency, details: details, parent: parent,
            receivedAt: receivedAt, committedAt: committedAt)
    }
}
