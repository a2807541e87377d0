# Reads what reached an app with h11, a parser that shares no line with the proxy's: whole requests and nothing between
# or after them, each framed once. usage: reparse.py FOLDER; the last line is `agree A/B`.
import pathlib
import sys

import h11


def requests(data):
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    connection.receive_data(b"")
    count = 0
    while True:
        event = connection.next_event()
        if isinstance(event, h11.ConnectionClosed):
            return count
        if isinstance(event, h11.Request):
            names = [name for name, _ in event.headers]
            assert names.count(b"host") == 1, "one host"
            assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1, "one framing"
        elif isinstance(event, h11.EndOfMessage):
            count += 1
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
        elif not isinstance(event, h11.Data):
            raise AssertionError(f"{event!r} after {count} requests")


# A request that the browser broke off stays broken off.
BROKEN = "peer closed connection without sending complete message body"

agree = 0
files = sorted(pathlib.Path(sys.argv[1]).iterdir())
for file in files:
    try:
        assert requests(file.read_bytes()) <= 1, "a request that the file does not have"
        agree += 1
    except (AssertionError, h11.RemoteProtocolError) as error:
        if str(error).startswith(BROKEN):
            agree += 1
        else:
            print(f"{file.name}: {error}")
print(f"agree {agree}/{len(files)}")
