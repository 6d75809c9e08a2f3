/// The customers of a sandbox that every newcomer meets. Their password is no secret.
struct DemoCustomer: Sendable {
    let name: String
    let email: String

    static let password = "teller-demo-customer"

    static let all = [
        DemoCustomer(name: "Ada Lovelace", email: "ada@teller.example"),
        DemoCustomer(name: "Grace Hopper", email: "grace@teller.example"),
        DemoCustomer(name: "Luca Pacioli", email: "luca@teller.example"),
        DemoCustomer(name: "Mary Jackson", email: "mary@teller.example"),
        DemoCustomer(name: "Alan Turing", email: "alan@teller.example"),
        DemoCustomer(name: "Radia Perlman", email: "radia@teller.example"),
        DemoCustomer(name: "Edsger Dijkstra", email: "edsger@teller.example"),
        DemoCustomer(name: "Annie Easley", email: "annie@teller.example"),
    ]
}
