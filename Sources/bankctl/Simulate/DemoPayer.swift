import BankAPI

/// A demo customer who is logged in, with the account to pay from.
struct DemoPayer: Sendable {
    let customer: DemoCustomer
    let accountID: String
    let number: String
    let currency: String
    /// Good for minutes; a 401 says when to get a new one.
    private(set) var token: String

    /// Logs in, signing up first when the bank doesn't know the customer.
    static func enter(
        _ customer: DemoCustomer, _ bank: BankClient
    ) async throws(BankClientError) -> DemoPayer {
        let token: String
        do {
            token = try await logIn(customer, bank)
        } catch BankClientError.refused(status: 401, _) {
            _ = try await bank.ask(
                "POST", "/auth/signup",
                body: .object([
                    JSONMember(key: "name", value: .string(customer.name)),
                    JSONMember(key: "email", value: .string(customer.email)),
                    JSONMember(key: "password", value: .string(DemoCustomer.password)),
                ]))
            token = try await logIn(customer, bank)
        }
        let accounts = try await bank.ask("GET", "/accounts?status=active&limit=1", token: token)
        guard let account = accounts["data"]?.array?.first,
            let id = account["id"]?.string, let number = account["number"]?.string,
            let currency = account["currency"]?.string
        else { throw .unexpectedReply }
        return DemoPayer(
            customer: customer, accountID: id, number: number, currency: currency, token: token)
    }

    mutating func logInAgain(_ bank: BankClient) async throws(BankClientError) {
        token = try await Self.logIn(customer, bank)
    }

    private static func logIn(
        _ customer: DemoCustomer, _ bank: BankClient
    ) async throws(BankClientError) -> String {
        let reply = try await bank.ask(
            "POST", "/auth/login",
            body: .object([
                JSONMember(key: "email", value: .string(customer.email)),
                JSONMember(key: "password", value: .string(DemoCustomer.password)),
            ]))
        guard let token = reply["accessToken"]?.string else { throw .unexpectedReply }
        return token
    }
}
