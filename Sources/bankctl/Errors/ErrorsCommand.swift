import ArgumentParser
import BankAPI
import HTTPTypes
import ServiceKit

/// Prints docs/errors.md from the codes themselves, so that the page can't be wrong.
struct ErrorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors", abstract: "Prints the page of all error codes, in Markdown.")

    func run() {
        print(Self.introduction)
        print("| code | status | again? | what it says | what to do |")
        print("|---|---|---|---|---|")
        for code in ProblemCode.allCases.sorted(by: Self.byStatus) {
            let again = code.retryable ? "yes" : ""
            let cells = ["`\(code.rawValue)`", "\(code.status.code)", again, code.title]
            print("| \((cells + [code.advice]).joined(separator: " | ")) |")
        }
        print("\n## Faults of fields\n")
        print("The `code` in each of the `errors` of a `validation_failed`.\n")
        print("| code | means |")
        print("|---|---|")
        for code in FieldFaultCode.allCases { print("| `\(code.rawValue)` | \(code.meaning) |") }
    }

    private static func byStatus(_ one: ProblemCode, _ other: ProblemCode) -> Bool {
        (one.status.code, one.rawValue) < (other.status.code, other.rawValue)
    }

    private static let introduction = """
        # Errors

        Printed by `bankctl errors`; don't edit by hand.

        Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `code`,
        `detail`, `requestId`, `retryable`, and for faults of the request `errors`, each with a JSON
        `pointer` into the body (RFC 6901; `?name` for a query parameter), a `code` and a `detail`.
        Act on the codes; the texts are for people and may change. `retryable` says that the very
        same request may succeed later.

        """
}
