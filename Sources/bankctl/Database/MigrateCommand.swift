import ArgumentParser
import BankAPI
import BankStorage
import ServiceKit

/// Makes the collections, validators, indexes and the bank's own accounts.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database to the shape that this version works with.",
        discussion: "Each step is done once; running it again does what is still to do.")

    @Flag(help: "Only tell what would be done.")
    var dryRun = false

    @Flag(help: "The steps as JSON.")
    var json = false

    func run() async throws {
        let dryRun = dryRun
        let steps = try await withBank { database, _ in
            let migrator = Migrator(database, clock: .system)
            return dryRun ? try await migrator.pending() : try await migrator.migrate()
        }
        report(steps)
    }

    private func report(_ steps: [Migration]) {
        if json {
            Console.json { json in
                json.key(dryRun ? "pending" : "done")
                json.array(steps) { json, step in
                    json.object { json in
                        json.member("number", step.number)
                        json.member("name", step.name)
                    }
                }
            }
        } else {
            for step in steps { Console.data("\(step.number) \(step.name)") }
            Console.note(steps.isEmpty ? "Nothing to do." : dryRun ? "To be done." : "Done.")
        }
    }
}
