import ArgumentParser
import BankAPI
import BankCore
import BankStorage
import Ledger
import ServiceKit

/// Takes on those who work for the bank. The first administrator can be made only here.
struct CreateStaffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-staff",
        abstract: "Makes a log-in for a teller or an administrator.",
        discussion: """
            The password comes from the environment variable STAFF_PASSWORD or, with \
            --password-stdin, from the first line of the standard input.
            """)

    @Option(help: "teller or admin.")
    var role: StaffRole

    @Option(help: "What to log in with.")
    var email: String

    @Option(help: "Shown to colleagues.")
    var name: String

    @Flag(help: "Read the password from the standard input.")
    var passwordStdin = false

    @Option(help: "The password, in a sandbox only: others on this machine can see it.")
    var password: String?

    @Flag(help: "The new identity as JSON.")
    var json = false

    enum StaffRole: String, ExpressibleByArgument, CaseIterable {
        case teller, admin

        var role: Role { self == .teller ? .teller : .admin }
    }

    func validate() throws {
        guard EmailAddress(email) != nil else {
            throw ValidationError("--email: an e-mail address is expected.")
        }
        guard PersonalData.nameBytes.contains(name.utf8.count), DisplayText.isLine(name) else {
            throw ValidationError("--name: one line of 1 to 200 bytes is expected.")
        }
    }

    func run() async throws {
        guard let address = EmailAddress(email) else { throw ValidationError("--email") }
        let password = try StaffPassword.read(fromInput: passwordStdin, argument: password)
        let hash = try await PasswordHasher(threads: 1).hash(password)
        let now = WallClock.system.now
        let staff = Customer(
            id: IdentifierGenerator(clock: .system).next(), name: name, email: address.text,
            emailKey: address.key, passwordHash: hash, role: role.role, createdAt: now,
            updatedAt: now)
        let isNew = try await withBank { database, _ in
            try await MongoStaff(database).insert(staff)
        }
        guard isNew else {
            Console.note("bankctl: \(address.text) is taken")
            throw ArgumentParser.ExitCode.failure
        }
        report(staff)
    }

    private func report(_ staff: Customer) {
        if json {
            Console.json { json in
                json.member("customerId", describing: staff.id)
                json.member("email", staff.email)
                json.member("role", staff.role.rawValue)
            }
        } else {
            Console.data(staff.id.description)
        }
    }
}
