import ArgumentParser
import BankCore
import Foundation
import ServiceKit

/// Where a new member of staff's password comes from, in this order.
enum StaffPassword {
    static func read(fromInput: Bool, argument: String?) throws -> Secret {
        let text: String?
        if fromInput {
            text = readLine(strippingNewline: true)
        } else if let argument {
            try requireSandbox()
            text = argument
        } else {
            text = ProcessInfo.processInfo.environment["STAFF_PASSWORD"]
        }
        guard let text, !text.isEmpty else {
            throw ValidationError("A password is needed: STAFF_PASSWORD or --password-stdin.")
        }
        guard SignUp.passwordBytes.contains(text.utf8.count) else {
            let bytes = SignUp.passwordBytes
            throw ValidationError(
                "The password must have \(bytes.lowerBound) to \(bytes.upperBound) bytes.")
        }
        return Secret(text)
    }

    private static func requireSandbox() throws {
        var reader = SettingsReader.ofProcess()
        guard reader.flag(.sandbox, standard: false) else {
            throw ValidationError("--password is for sandboxes (SANDBOX=true).")
        }
    }
}
