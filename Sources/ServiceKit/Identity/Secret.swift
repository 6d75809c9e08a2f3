/// A text that must not be shown: it prints as `[secret]` wherever it ends up.
package struct Secret: Hashable, Sendable {
    /// The text itself; only for the one place that needs it.
    package let value: String

    package init(_ value: String) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[secret]" }
    package var debugDescription: String { "[secret]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
