import sys

import im

with im.connect(sys.argv[1], "pia", *sys.argv[2:]) as client:  # ADDRESS [PASSKEY]
    client.post("Hello from Python!")
    for event in client:
        if isinstance(event, im.Message):
            print(f"{event.name}: {event.text}")
            break
