"""Repeats messages in private conversations: echo_bot.py ADDRESS [PASSKEY]."""

import logging
import sys

import im

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    address, passkey, *_ = [*sys.argv[1:], None, None]
    if address is None:
        sys.exit(__doc__)
    bot = im.Bot(address, "echo", passkey)

    @bot.on_message(direct=True)
    def echo(event):
        event.say(event.text)

    @bot.on(im.LoggedIn)
    def tell(event):
        print(f"{event.name} is there", flush=True)

    try:
        bot.run_forever()
    except im.ImError as error:
        sys.exit(str(error))
