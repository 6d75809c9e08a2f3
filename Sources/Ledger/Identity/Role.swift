/// What a signed-in person may do. Staff are tellers and administrators.
package enum Role: String, Hashable, Sendable, CaseIterable {
    case customer, teller, admin

    package var isStaff: Bool { self != .customer }
}
