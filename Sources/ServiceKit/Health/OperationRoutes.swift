import BankAPI
package import Hummingbird
import NIOCore

/// `/health/live`, `/health/ready` and `/metrics`, outside of `/api/v1`.
package struct OperationRoutes: Sendable {
    private let health: Health
    private let metrics: PrometheusMetrics

    package init(health: Health, metrics: PrometheusMetrics) {
        self.health = health
        self.metrics = metrics
    }

    package func addHealth(to router: some RouterMethods<ServiceContext>) {
        router.get("/health/live") { _, _ in
            Response(json: JSONWriter.bytes { $0.object { $0.member("status", "live") } })
        }
        router.get("/health/ready") { _, _ in await ready() }
    }

    package func addMetrics(to router: some RouterMethods<some RequestContext>) {
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text())))
        }
    }

    private func ready() async -> Response {
        let report = await health.report()
        let body = JSONWriter.bytes { json in
            json.object { json in
                json.member(
                    "status",
                    report.isReady ? "ready" : report.isDraining ? "draining" : "not ready")
                json.key("checks")
                json.object { json in
                    for check in report.checks {
                        json.key(escaping: check.name)
                        json.bool(check.isPassed)
                    }
                }
            }
        }
        return Response(
            status: report.isReady ? .ok : .serviceUnavailable, json: body)
    }
}
