import HummingbirdCore
import Realtime
import ServiceKit

await ServiceMain.run(
    "bank-websocket", about: "The push service: live events for browsers, and the page."
) {
    let settings = try WebsocketSettings.load()
    let process = ServiceProcess(name: "bank-websocket", settings: settings.service)
    let service = try PushService(settings, process: process)
    let socketServer = service.server
    try await process.run(
        router: service.router, port: settings.service.websocketPort,
        connectionsMax: PushService.connectionsMax,
        server: HTTPServerBuilder { responder in
            RealtimeChannel(responder: responder, server: socketServer)
        }, services: service.services)
}
