"""Plain sentences that people and programs write: descriptions, comments, reviews, notes, errors, subjects."""

from __future__ import annotations

import re
from itertools import islice, product

from mimic.generators.pools import draws_of

MOST = 1_500  # sentences of a theme

PARTS: dict[str, str] = {
    "who": "the team|our customers|the support desk|the finance department|all members|the organisers|new users|the reviewers",
    "what": "the report|the order|the booking|the invoice|the proposal|the schedule|the new version|the contract|the document|the request",
    "when": "next week|by Friday|at the end of the month|tomorrow morning|after the holidays|on Monday|as soon as possible",
    "good": "very helpful|clear and complete|better than expected|well organised|easy to follow|exactly what we needed",
    "bad": "too slow|hard to find|not what we expected|incomplete|difficult to read|missing on mobile",
    "part": "the first section|the price table|the summary|the last page|the attachment|the address|the date|the contact list",
    "purpose": "daily work|small teams|larger projects|travel and commuting|first-time users|home and office|regular reporting",
    "place": "in the main building|online|at the front desk|in the shared folder|on the project page|near the station",
}  # fmt: skip

PATTERNS: dict[str, tuple[str, ...]] = {
    "description": (
        "Suitable for {purpose}.",
        "Covers {what} and {part}.",
        "Used by {who} to keep track of {what}.",
        "Everything about {what} can be found {place}.",
        "Made for {purpose}, and {good}.",
        "Updated regularly by {who}.",
        "More details will be announced {when}.",
        "Open to {who}; registration closes {when}.",
    ),
    "comment": (
        "Thank you, this was {good}.",
        "I think {part} is {bad}.",
        "Could you please check {part} {when}?",
        "Looks good to me, only {part} needs another look.",
        "We discussed this with {who} and will decide {when}.",
        "Please send {what} to {who} {when}.",
        "I had the same problem with {what}.",
        "Great work! The whole thing is {good}.",
        "Is there any news about {what}?",
    ),
    "review": (
        "Overall {good}, although {part} is {bad}.",
        "The argument is sound and {part} is {good}.",
        "I would recommend it for {purpose}.",
        "Arrived on time, and it is {good}.",
        "The idea is interesting, but {part} is {bad}.",
    ),
    "note": (
        "Called about {what}, will ring back {when}.",
        "Sent {what} to {who}.",
        "Waiting for {who}, remind them {when}.",
        "Checked {part}, nothing to do.",
        "Moved {what} to {when}.",
        "Prefers to be contacted by e-mail {when}.",
    ),
    "message": (
        "Hello, could you send me {what} {when}?",
        "Thanks for the quick answer.",
        "I have attached {what}, please have a look at {part}.",
        "We look forward to seeing you {when}.",
        "Please let us know whether {part} is correct.",
        "Your request has been received, and {who} will answer {when}.",
        "Let us meet {when} {place}.",
    ),
    "subject": (
        "Reminder: {what} is due {when}",
        "Question about {what}",
        "Your request concerning {part}",
        "News from {who}",
        "Please confirm {part}",
        "Update on {what}",
        "Invitation: meeting {when}",
        "Thank you for {what}",
    ),
    "summary": (
        "Changes {part} of {what}.",
        "Adds {part} and removes what was {bad}.",
        "Prepared for {who}.",
        "A short overview of {what} for {who}.",
        "Describes how {who} deal with {what}.",
    ),
    "bio": (
        "Helps {who} with {what} now and then.",
        "Likes hiking, coffee and good books.",
        "Has been with {who} for many years.",
        "Teacher, runner and father of two.",
        "Photographer from the north, usually found outdoors.",
        "Interested in history, maps and old machines.",
        "Software developer with a weakness for typography.",
    ),
}

PROGRAM: dict[str, str] = {
    "error": "Connection timed out after 30 seconds|HTTP status 503: service unavailable|Permission denied|Unexpected end of file|"
    "Received status code 404|Invalid or expired token|Could not resolve host name|Disk quota exceeded|Duplicate key|"
    "Division by zero|Required field is missing|Request was cancelled by the user|SSL certificate has expired|Rate limit exceeded|"
    "Mailbox is full|Recipient address rejected|Lock wait timeout exceeded|Out of memory|Unsupported file format|No route to host",
    "log": "User signed in|Order was created|Settings were changed|Report was exported|Invoice was sent|Password was changed|File was uploaded|"
    "Comment was deleted|Job finished in 3.2 seconds|Cache was cleared|Member was added to the group|E-mail was delivered|"
    "Retrying after a failure|Session expired|Configuration reloaded|Index rebuilt|Backup completed|Started processing request",
    "changes": "name changed from 'Draft' to 'Final'|status changed from 'pending' to 'active'|Added.|Changed email.|Changed name and status.|"
    "price changed from 19.90 to 24.90|owner changed|No fields changed.|Changed password.|tags added: urgent",
    "query": "SELECT count(*) FROM orders|SELECT id, name FROM customers WHERE active|UPDATE orders SET status = 'paid' WHERE id = 42|"
    "SELECT date, sum(total) FROM invoices GROUP BY date|DELETE FROM sessions WHERE expired|SELECT * FROM products ORDER BY name LIMIT 20",
    "search": "annual report|office chair|invoice 2nd quarter|reset password|opening hours|running shoes|machine learning|refund|contact|"
    "summer school|price list|json parser|blue jacket|train to Zurich|solar panels",
    "html": "<p>Welcome! Please read the instructions below.</p>|<p>Thank you for your order.</p>|<h1>About us</h1><p>We are a small team.</p>|"
    "<p>The event takes place <b>online</b>.</p>|<ul><li>Opening hours</li><li>Contact</li></ul>",
    "yaml": "enabled: true\nretries: 3|timeout: 30\nverify: false|name: default\nlevel: info",
    "template": "Hello {name}, your order {number} has been shipped.|Dear {name}, please find your invoice attached.|Hi {name}, you have been "
    "invited to {team}.|Reminder: {title} starts at {time}.|Your code is {code}.",
}  # fmt: skip

_SLOT = re.compile(r"\{(\w+)\}")


def sentences(name: str) -> tuple[str, ...]:
    """What the patterns of a theme say, mixed; at most MOST."""
    if name in PROGRAM:
        return tuple(PROGRAM[name].split("|"))
    made: list[str] = []
    for pattern in PATTERNS[name]:
        lists = [PARTS[slot].split("|") for slot in _SLOT.findall(pattern)]
        shape = _SLOT.sub("{}", pattern)
        made += [shape.format(*words) for words in product(*lists) if len({*words}) == len(words)]
    made = [text[:1].upper() + text[1:] for text in dict.fromkeys(made)]
    draws = draws_of("sentences", name)
    order = sorted(range(len(made)), key=dict(zip(range(len(made)), draws, strict=False)).__getitem__)
    return tuple(islice((made[i] for i in order), MOST))


__all__ = ["PATTERNS", "PROGRAM", "sentences"]
