import ServiceKit

await ServiceMain.run(
    "bank-core", about: "The HTTP service of the bank: customers, accounts, money that moves."
) {
    let settings = try BankSettings.load()
    let process = ServiceProcess(name: "bank-core", settings: settings.service)
    let bank = try Bank(settings, process: process)
    try await process.run(
        router: bank.router, port: settings.service.bankPort,
        connectionsMax: Bank.connectionsMax, services: bank.services)
}
