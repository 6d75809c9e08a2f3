import Ledger

/// Runs the same commands through the ledger and through the dumb model, and compares.
struct Simulation {
    let fault: Fault?
    let commandsPerRun: Int

    struct Failure: CustomStringConvertible {
        let seed: UInt64
        /// The fewest commands found that still show the difference.
        let commands: [Command]
        let text: String

        var description: String {
            "seed \(seed), \(commands.count) commands: \(text)\n"
                + commands.map { "  \($0)" }.joined(separator: "\n")
        }
    }

    /// One run from the beginning of the world. Nil when ledger and model agree to the end.
    func run(seed: UInt64) -> Failure? {
        var generator = CommandGenerator(seed: seed)
        var book = World.book()
        var bank = DumbBank(fault: fault)
        var commands: [Command] = []
        for _ in 0..<commandsPerRun {
            let command = generator.next(for: book)
            commands.append(command)
            if book.perform(command) != bank.perform(command) {
                return shrink(commands, seed: seed)
            }
        }
        return difference(book, bank).map { Failure(seed: seed, commands: commands, text: $0) }
    }

    /// The first difference when these commands are done, or nil.
    private func difference(of commands: [Command]) -> String? {
        var book = World.book()
        var bank = DumbBank(fault: fault)
        for (step, command) in commands.enumerated() {
            let real = book.perform(command)
            let expected = bank.perform(command)
            if real != expected { return "step \(step): ledger \(real), model \(expected)" }
        }
        return difference(book, bank)
    }

    /// At the end: each account as the model counts it, nothing below its floor by posting, all
    /// sums zero, and everything recorded once.
    private func difference(_ book: Book, _ bank: DumbBank) -> String? {
        var sums: [Currency: Int128] = [:]
        for (id, account) in book.accounts {
            sums[account.currency, default: 0] += Int128(account.posted)
            if Int128(account.posted) != bank.balance(id) || Int(account.seq) != bank.seq(id)
                || Int128(account.held) != bank.held(id)
            {
                return "account \(id): \(account.posted) at seq \(account.seq)"
            }
        }
        if let wrong = sums.first(where: { $0.value != 0 }) { return "sum \(wrong)" }
        let ids = book.changes.transactions.map(\.id)
        return Set(ids).count == ids.count ? nil : "an entry was recorded twice"
    }

    /// Leaves out one command after another as long as the difference stays.
    private func shrink(_ commands: [Command], seed: UInt64) -> Failure {
        var kept = commands
        for index in commands.indices.reversed() where index < kept.count {
            var fewer = kept
            fewer.remove(at: index)
            if difference(of: fewer) != nil { kept = fewer }
        }
        return Failure(seed: seed, commands: kept, text: difference(of: kept) ?? "vanished")
    }
}
