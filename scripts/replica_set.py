"""Makes a mongod on this machine the primary of a replica set of one, and waits until it is.

    python3 replica_set.py PORT NAME

Speaks MongoDB's wire protocol (OP_MSG) itself, so that nothing has to be installed. Run again, it
only waits; after a change of the port it moves the set to the new one.
"""

import socket
import struct
import sys
import time

READY_SECONDS_MAX = 60
OP_MSG = 2013
NOT_YET_INITIALIZED = 94


def encode(value, key=b""):
    """A BSON element; of a dict without key the whole document."""
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        body = b"".join(encode(item, str(name).encode()) for name, item in pairs)
        kind, data = (b"\x03" if isinstance(value, dict) else b"\x04"), body + b"\0"
        data = struct.pack("<i", len(data) + 4) + data
    elif isinstance(value, bool):
        kind, data = b"\x08", struct.pack("?", value)
    elif isinstance(value, int):
        kind, data = b"\x12", struct.pack("<q", value)
    elif isinstance(value, str):
        text = value.encode() + b"\0"
        kind, data = b"\x02", struct.pack("<i", len(text)) + text
    else:
        raise TypeError(type(value))
    return kind + key + b"\0" + data if key else data


def decode(data):
    """The fields of a BSON document that matter here; others are None."""
    sizes = {1: 8, 6: 0, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8, 19: 16}
    numbers = {1: "<d", 8: "?", 16: "<i", 18: "<q"}
    fields, at = {}, 4
    while data[at]:
        kind, end = data[at], data.index(0, at + 1)
        name, at = data[at + 1:end].decode(), end + 1
        if kind in sizes:
            size = sizes[kind]
            value = struct.unpack_from(numbers[kind], data, at)[0] if kind in numbers else None
        else:
            length = struct.unpack_from("<i", data, at)[0]
            size = {2: 4, 5: 5}.get(kind, 0) + length
            part = data[at:at + size]
            value = {2: lambda: part[4:-1].decode(), 3: lambda: decode(part),
                     4: lambda: list(decode(part).values())}.get(kind, lambda: None)()
        fields[name], at = value, at + size
    return fields


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


def command(port, **fields):
    """Runs a command of the admin database and gives its reply."""
    body = b"\0\0\0\0\0" + encode({**fields, "$db": "admin"})
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(struct.pack("<iiii", len(body) + 16, 1, 0, OP_MSG) + body)
        size = struct.unpack("<i", receive(connection, 4))[0]
        return decode(receive(connection, size - 4)[17:])


def configure(port, name):
    """Begins the set, or moves it to this port."""
    host = f"127.0.0.1:{port}"
    reply = command(port, replSetGetConfig=1)
    if reply.get("code") == NOT_YET_INITIALIZED:
        members = [{"_id": 0, "host": host}]
        reply = command(port, replSetInitiate={"_id": name, "members": members})
    elif reply["ok"] and reply["config"]["members"][0]["host"] != host:
        version = reply["config"]["version"] + 1
        config = {"_id": name, "version": version, "members": [{"_id": 0, "host": host}]}
        reply = command(port, replSetReconfig=config, force=True)
    return reply.get("ok") == 1, reply.get("codeName", "")


def main(port, name):
    end, last = time.monotonic() + READY_SECONDS_MAX, "no answer"
    configured = False
    while time.monotonic() < end:
        try:
            if not configured:
                configured, last = configure(port, name)
            if configured and command(port, hello=1).get("isWritablePrimary"):
                return 0
        except OSError as error:
            last = str(error)
        time.sleep(0.05)
    print(f"error: no primary on port {port} after {READY_SECONDS_MAX} s: {last}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
