import ArgumentParser

/// The bank's own tool: for those who run it, beside the services.
@main
struct Bankctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bankctl",
        abstract: "Prepares, fills, exercises and proves a bank.",
        discussion: """
            Data go to stdout, progress to stderr. The database and the secret come from the \
            services' settings (MONGO_URL, MONGO_DATABASE, JWT_SECRET; docs/configuration.md), \
            from the environment or .env.
            """,
        version: "bankctl \(version)",
        subcommands: [
            MigrateCommand.self, CreateStaffCommand.self, UnlockCommand.self,
            ResetTwoFactorCommand.self, SeedCommand.self, SimulateCommand.self,
            VerifyCommand.self, TraceCommand.self, ErrorsCommand.self,
        ])

    static let version = "0.1.0"
}
