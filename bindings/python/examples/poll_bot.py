"""Takes polls in the given rooms: poll_bot.py ADDRESS ROOM... (passkey in IM_PASSKEY)."""

import os
import sys

import im

if len(sys.argv) < 3:
    sys.exit(__doc__)
bot = im.Bot(sys.argv[1], "polls", os.environ.get("IM_PASSKEY"), rooms=sys.argv[2:])
polls: dict[int, tuple[str, dict[int, bool]]] = {}


@bot.command("poll")
def ask(event, *question):
    """Asks the room something; answer with !yes or !no."""
    polls[event.room] = (" ".join(question), {})
    event.say(f"{event.name} asks: {polls[event.room][0]}")


@bot.command("yes", help="Agrees with the question.")
def yes(event):
    vote(event, True)


@bot.command("no", help="Disagrees with it.")
def no(event):
    vote(event, False)


def vote(event, agrees):
    if event.room not in polls:
        return event.reply("nothing has been asked; begin with !poll QUESTION")
    _, votes = polls[event.room]
    votes[event.author] = agrees
    event.react("\N{THUMBS UP SIGN}" if agrees else "\N{THUMBS DOWN SIGN}")


@bot.command("result", help="Counts the votes.")
def result(event):
    question, votes = polls.get(event.room, ("nothing was asked", {}))
    event.say(f"{question}: {sum(votes.values())} yes, {len(votes) - sum(votes.values())} no")


try:
    bot.run_forever()
except im.ImError as error:
    sys.exit(str(error))
