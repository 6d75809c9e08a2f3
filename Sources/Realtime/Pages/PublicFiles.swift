import Crypto
import Foundation
package import NIOCore

/// The files of the page, read once at the start: a request finds one by its exact path, so no
/// path leads anywhere else.
package struct PublicFiles: Sendable {
    package struct File: Sendable {
        package let path: String
        package let contentType: String
        package let etag: String
        package let contents: ByteBuffer
    }

    package let files: [File]

    private static let filesMax = 1_000
    private static let fileBytesMax = 4 * 1_024 * 1_024
    private static let contentTypes = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
        "ico": "image/x-icon", "webp": "image/webp", "json": "application/json",
        "webmanifest": "application/manifest+json", "woff2": "font/woff2",
        "txt": "text/plain; charset=utf-8",
    ]

    /// Empty when there is no such directory. Hidden files, links and files of types that a
    /// page has no use for are left out.
    package init(directory: String) {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
        self.files = paths.sorted().prefix(Self.filesMax).compactMap { path in
            Self.file(path, in: root)
        }
    }

    private static func file(_ path: String, in root: URL) -> File? {
        let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
        let suffix = path.split(separator: ".").last.map(String.init) ?? ""
        guard !isHidden, let contentType = contentTypes[suffix] else { return nil }
        let url = root.appendingPathComponent(path)
        guard
            let values = try? url.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey]),
            values.isRegularFile == true, let size = values.fileSize, size <= fileBytesMax,
            let data = try? Data(contentsOf: url)
        else { return nil }
        let digest = SHA256.hash(data: data).prefix(16).map { String($0, radix: 16) }
        return File(
            path: "/" + path, contentType: contentType,
            etag: "\"\(digest.joined(separator: ""))\"", contents: ByteBuffer(bytes: data))
    }
}
