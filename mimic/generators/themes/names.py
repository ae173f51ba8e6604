"""Names and titles of things, put together from everyday words: products, events, projects, papers, rooms, files.

Each theme is a few patterns over lists. All that a theme can say is written once, mixed, so that neighbours differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from mimic.generators.pools import draws_of

MOST = 4_000  # entries of a theme

PARTS: dict[str, str] = {
    "first": "Anna|Ben|Clara|David|Emma|Felix|Grace|Hugo|Ines|Jonas|Kate|Liam|Maria|Noah|Olivia|Paul|Rosa|Samuel|Tina|Victor",
    "last": "Adams|Baker|Costa|Dubois|Evans|Fischer|Garcia|Hansen|Jones|Keller|Lopez|Martin|Novak|Olsen|Parker|Rossi|Schmidt|Turner|Weber|Young",
    "road": "Main Street|Oak Avenue|Station Road|Park Lane|Church Street|High Street|Mill Road|Lake Drive",
    "town": "Springfield|Riverton|Lakewood|Fairview|Georgetown|Ashland|Burlington|Clinton|Dayton|Franklin|Greenville|Kingston|Milton|Newport",
    "count": "4|12|18|25|37|48|52|66|71|89|104|120",
    "hex": "4f2a|9c1d|e07b|63a8|b51f|2d9e|78c4|a3f6|05be|d82c|f19a|3e67|c7d0|81b5|6a4c|ee23|90f8|1b7d|57e9|bc06",
    "sort": "Standard|Basic|Premium|Internal|External|Temporary|Permanent|Seasonal|Regional|Special|Primary|Secondary|Online|Personal|Shared",
    "two": "AB|CR|DX|FK|GH|HL|JT|KN|LM|MR|NP|PT|QS|RV|SW|TK|VX|WB|XL|ZE",
    "can": "view|add|change|delete|export|approve",
    "plural": "users|orders|products|invoices|reports|articles|customers|payments|comments|projects|documents|events|tickets|tags|settings",
    "single": "user|order|product|invoice|report|article|customer|payment|comment|project|document|event|ticket|tag|setting",
    "who": "Member|Editor|Viewer|Administrator|Owner|Moderator|Assistant|Reviewer",
    "queue": "default|mailers|low|high|exports|imports",
    "option": "timeout|enabled|limit|url|size|level|default|interval|format|path",
    "system": "Windows NT 10.0; Win64; x64|Macintosh; Intel Mac OS X 10_15_7|X11; Linux x86_64|Linux; Android 14; Pixel 8",
    "chrome": "124|126|128|129|130|131|132",
    "fox": "126|128|130|131|132|133",
    "ios": "17_4|17_5|18_0|18_1",
    "attr": "department|locale|phone|manager|nickname|website|cost_center|employee_id|birthdate|zoneinfo|level|code|note",
    "tool": "Portal|Mobile|Sync|Dashboard|Connect|Hub|Assistant|Desk|Scanner|Planner",
    "flag": "new|fast|beta|enable|show|legacy",
    "trade": "Logistics|Software|Consulting|Foods|Textiles|Media|Engineering|Pharma|Energy|Furniture|Travel|Design|Optics|Printing|Trading",
    "dept": "Sales|Support|Engineering|Marketing|Finance|Operations|Human Resources|Legal|Research|Design|Quality|Purchasing|Logistics|"
    "On-Call|Security|Customer Success",
    "medium": "E-mail|Slack|SMS|Webhook|Alerts|Telegram",
    "colour": "Red|Blue|Green|Black|White|Grey|Silver|Amber|Navy|Ivory",
    "fine": "Compact|Classic|Deluxe|Modern|Lightweight|Vintage|Everyday|Premium|Essential|Original",
    "ware": "Desk Lamp|Backpack|Water Bottle|Office Chair|Notebook|Headphones|Coffee Mug|Keyboard|Umbrella|Alarm Clock|Suitcase|Tea Pot|"
    "Running Shoes|Travel Bag|Sunglasses|Bicycle Pump|Toaster|Pencil Case|Yoga Mat|Tent|Radio|Camera|Toolbox|Lunch Box",
    "solid": "Steel|Oak|Glass|Bamboo|Walnut|Aluminium|Marble",
    "house": "Table|Bookshelf|Cutting Board|Wall Clock|Mirror|Tray|Side Table|Fruit Bowl|Coat Rack|Vase|Candle Holder|Desk Organiser",
    "cloth": "Cotton|Linen|Wool|Leather|Denim|Canvas",
    "wear": "Jacket|Scarf|Bag|Cap|Trousers|Gloves|Waistcoat|Hat|Apron|Belt",
    "shelf": "Office Supplies|Kitchen|Garden|Books|Electronics|Furniture|Clothing|Shoes|Toys|Sports|Lighting|Tools|Stationery|Travel|"
    "Beauty|Groceries|Music|Pets|Bathroom|Jewellery|Outdoor|Software",
    "for": "Home|Children|Beginners|Professionals|Travel|Offices",
    "season": "Spring|Summer|Autumn|Winter|Annual|Monthly|International|Regional|National|Virtual|Community",
    "gathering": "Conference|Workshop|Meeting|Summit|Seminar|Symposium|Open Day|Hackathon|Concert|Forum|Retreat|Training|Exhibition|Fair",
    "field": "Data Science|Public Health|Renewable Energy|Education|Particle Physics|Web Development|Marketing|Robotics|Urban Planning|"
    "Machine Learning|Biology|Finance|Open Source|Accessibility|Climate Research|Software Testing|Photography|History|Logistics",
    "venture": "Website Relaunch|Mobile App|Data Migration|Customer Portal|Inventory System|Brand Refresh|Payroll Upgrade|Warehouse Move|"
    "Search Redesign|Office Renovation|Online Shop|Reporting Dashboard|Billing Service|Newsletter|Help Centre|Partner Program",
    "when": "Phase 1|Phase 2|Pilot|North|South|Q1|Q2|Q3|Q4|Rollout|Review",
    "quality": "Efficient|Robust|Scalable|Adaptive|Comparative|Sustainable|Early|Long-Term|Automated|Low-Cost",
    "study": "Analysis|Measurement|Study|Modelling|Detection|Evaluation|Simulation|Classification|Monitoring|Review",
    "object": "Urban Air Quality|Solar Cells|Neural Networks|Customer Behaviour|Ocean Currents|Hospital Workflows|Detector Data|"
    "Language Learning|Supply Chains|Protein Structures|Traffic Flows|Energy Storage|Crop Yields|Reading Skills|Magnetic Fields",
    "howto": "How to Reset a Password|How to Export Your Data|How to Choose a Bicycle|How to Plan a Garden|How to Write a Good Résumé|"
    "How to Set Up Two-Factor Login|How to Invite a Colleague|How to Cancel an Order|How to Bake Rye Bread|How to Read a Balance Sheet",
    "query": "Cannot log in after the update|Invoice shows the wrong address|Where do I find my receipts?|Export stops at 1,000 rows|"
    "Question about shipping costs|Page does not load on mobile|Request for a refund|Typo on the pricing page|Search returns no results|"
    "Please change my e-mail address|Upload fails for large files|Meeting notes from Monday|Password link has expired|Add a dark mode|"
    "Order arrived damaged|How do I invite a colleague?|Calendar shows the wrong time zone|Feature idea: saved filters",
    "topic": "Getting started|Release notes|Opening hours|Frequently asked questions|Terms of service|Privacy policy|About us|Contact|"
    "Price list|Installation guide|Travel information|Code of conduct|Annual report|Press release|Job openings|User guide",
    "paper": "Annual Report|Meeting Minutes|Project Plan|Price List|Travel Form|Budget|Contract|Invoice|Timetable|Slides|Poster|Programme|"
    "Handbook|Checklist|Proposal|Certificate|Floor Plan|Participant List",
    "basic": "Introduction to|Advanced|Principles of|Topics in|Applied|Foundations of",
    "learn": "Statistics|Linear Algebra|Economics|Chemistry|World History|Programming|Databases|Psychology|Creative Writing|Genetics|"
    "Accounting|Philosophy|Electronics|Public Law|Graphic Design|Nursing|Astronomy|Music Theory",
    "room": "Room|Seminar Room|Lab|Office|Meeting Room|Lecture Hall",
    "hall": "Main Auditorium|Council Chamber|Library|Cafeteria|Gallery|Board Room|Small Theatre|Reading Room|Foyer|Terrace",
    "place": "Riverside|Lakeview|Central|Northgate|Hillcrest|Parkside|Old Town|Harbour|Market Street|Westfield|Greenwood|Station Road",
    "building": "Centre|Hall|Campus|House|Plaza|Building|Pavilion|Clinic|Depot|Library",
    "mood": "Silent|Golden|Broken|Endless|Little|Midnight|Distant|Electric|Hidden|Last|Paper|Wild|Crystal|Slow|Burning|Lonely",
    "scene": "River|Sky|Garden|Road|Morning|Rain|City|Heart|Mountain|Letters|Train|Ocean|Window|Winter|Dance|Fire|Shadow|Summer",
    "verb": "backup|sync|export|import|refresh|check|clean|send|rotate|rebuild|update|archive|monitor|deploy",
    "thing": "database|orders|invoices|reports|customers|cache|certificates|search-index|newsletters|backups|images|exchange-rates|sessions|logs",
    "soft": "fast|simple|open|async|micro|smart|tiny|core|easy|meta|active|flex|rapid|safe",
    "lib": "json|http|auth|cache|mailer|parser|router|logger|queue|forms|csv|markdown|config|storage|search|metrics|scheduler|charts|client|cli",
    "many": "Weekly|Monthly|Daily|Quarterly|Important|Internal|Product|Service",
    "news": "Newsletter|Digest|Update|Announcement|Reminder|Report|Overview|Summary",
    "label": "Follow-up|Important|Newsletter|VIP|First-time|Returning|International|Waiting list|Early bird|Student|Press|Sponsor|Speaker|"
    "Staff|Volunteer|Partner|Online|On site",
    "device": "Work laptop|Phone|Security key|Home computer|Tablet|Backup key|Office desktop|iPhone|Pixel|ThinkPad|MacBook|YubiKey",
    "question": "What is your name?|Which session did you like most?|How did you hear about us?|Do you need a visa letter?|What is your dietary "
    "preference?|How satisfied are you with the service?|Would you recommend us?|Which language do you prefer?|What could be improved?|"
    "How many people will attend?|Do you need accommodation?|When will you arrive?|What is your T-shirt size?|Is the work original?|"
    "Is the method described clearly?|How relevant is the topic?",
    "input": "E-mail address|Phone number|Affiliation|Country|Arrival date|Dietary needs|T-shirt size|Comments|Job title|Birth date|Website|"
    "Emergency contact|Company|Postal address|Number of guests|Preferred language|Abstract|Keywords",
    "programme": "Opening Session|Poster Session|Panel Discussion|Keynote|Closing Remarks|Plenary|Tutorial|Lightning Talks|Parallel Session|"
    "Round Table|Demo Session|Question Hour",
    "pause": "Coffee Break|Lunch|Registration|Welcome Reception|Conference Dinner|Group Photo|Tea Break|Guided Tour|Breakfast",
    "stage": "Draft|Development|Beta|Production|Review|Testing",
    "letter": "A|B|C|D|E|F",
    "number": "1|2|3|4|5|6|7|8|9|10|11|12",
    "floor": "1|2|3|4|5|6",
    "digits": "01|02|03|04|05|06|07|08|09|10|11|12|13|14|15|16|17|18|19|20",
    "kit": "sensor|camera|printer|router|gateway|meter|scanner|display",
    "clinic": "Outpatient|Surgery|Maternity|Paediatrics|Pharmacy|Radiology|Emergency|Laboratory|Physiotherapy|Vaccination|Dental|Eye",
    "unit": "Ward|Clinic|Department|Unit",
    "prize": "Best Paper|Early Bird|Student|Members|Summer|Welcome|Loyalty|Black Friday|Holiday|Referral",
    "offer": "Discount|Offer|Voucher|Award|Sale",
    "dish": "Tomato Soup|Caesar Salad|Vegetable Curry|Margherita|Grilled Salmon|Apple Pie|Lentil Stew|Pancakes|Mushroom Risotto|Lemon Tart|"
    "Fish Tacos|Pumpkin Soup|Noodle Bowl|Cheese Platter",
    "metric": "cpu_usage|memory_used|response_time|error_rate|active_users|queue_length|disk_free|requests_total|conversion_rate|revenue",
}  # fmt: skip

PATTERNS: dict[str, tuple[str, ...]] = {
    "product": ("{fine} {ware}", "{colour} {ware}", "{fine} {solid} {house}", "{solid} {house}", "{colour} {cloth} {wear}"),
    "category": ("{shelf}", "{shelf} for {for}"),
    "event": ("{season} {gathering}", "{gathering} on {field}", "{season} {gathering} on {field}", "{field} {gathering}"),
    "project": ("{venture}", "{venture} {when}"),
    "paper": ("{study} of {object}", "{quality} {study} of {object}", "{quality} {object}"),
    "article": ("{howto}", "{topic}", "{quality} {study} of {object}"),
    "message": ("{query}",),
    "page": ("{topic}", "{topic} {field}"),
    "document": ("{paper}", "{many} {paper}"),
    "course": ("{basic} {learn}", "{learn} {floor}", "{learn}"),
    "room": ("{room} {floor}{digits}", "{hall}"),
    "place": ("{place} {building}",),
    "building": ("{place} {building}", "Building {letter}"),
    "work": ("{mood} {scene}", "The {mood} {scene}", "{scene} of the {scene}"),
    "task": ("{verb}-{thing}",),
    "package": ("{soft}-{lib}", "{soft}_{lib}", "{lib}-{lib}", "{soft}{lib}"),
    "news": ("{many} {news}", "{season} {news}"),
    "label": ("{label}",),
    "device": ("{device}",),
    "question": ("{question}",),
    "input": ("{input}",),
    "programme": ("{programme}", "{programme}: {field}"),
    "track": ("{field}", "Track {letter}: {field}"),
    "pause": ("{pause}",),
    "stage": ("{stage}",),
    "machine": ("{kit}-{digits}",),
    "ward": ("{clinic} {unit}", "{clinic}", "{place} {clinic} {unit}"),
    "offer": ("{prize} {offer}",),
    "dish": ("{dish}",),
    "metric": ("{metric}",),
    "channel": ("{dept} {medium}", "{medium} {dept}"),
    "team": ("{dept}", "{dept} {place}"),
    "tag": ("{lib}", "{thing}", "{soft}-{lib}"),
    "person": ("{first} {last}",),
    "email": ("{first}.{last}@example.com", "{first}.{last}@example.org"),
    "street": ("{count} {road}", "{place} {count}"),
    "city": ("{town}",),
    "file": ("{paper}.pdf", "{paper}.docx", "{thing}.csv", "{thing}.xlsx", "{lib}.png"),
    "image": ("{lib}.png", "{thing}.jpg", "logo.png", "photo-{count}.jpg"),
    "company": (
        "{last} {trade}",
        "{place} {trade}",
        "{last} & {last}",
        "{last} {trade} Ltd",
        "{last}, {last} & Co",
        "{place} {trade} Group",
    ),
    "institute": (
        "University of {town}",
        "{town} Institute of {learn}",
        "{town} College",
        "{place} Research Centre",
        "{learn} Academy {town}",
    ),
    "attribute": ("{attr}", "{single}_{attr}"),
    "app": ("{place} {tool}", "{dept} {tool}"),
    "flag": ("{flag}_{lib}", "{flag}_{lib}_v2"),
    "permission": ("Can {can} {plural}",),
    "codename": ("{can}_{single}",),
    "role": ("{who}", "{dept} {who}"),
    "queue": ("{queue}", "{thing}-{queue}"),
    "setting": ("{lib}_{option}",),
    "agent": (
        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome}.0.0.0 Safari/537.36",
        "Mozilla/5.0 ({system}; rv:{fox}.0) Gecko/20100101 Firefox/{fox}.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS {ios} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1",
        "curl/8.{floor}.0",
        "python-requests/2.3{floor}.0",
    ),
    "type": ("{sort}", "{sort} ({dept})"),
    "slug": ("{paper}", "{season} {gathering}", "{venture}", "{field}", "{learn}", "{mood} {scene}", "{shelf}"),
    "url": ("https://{lib}.example.org/{thing}", "https://www.example.com/{thing}/{lib}", "https://{thing}.example.net"),
    "sku": ("{two}-{hex}", "{two}-{digits}{count}"),
    "code": ("{hex}-{hex}-{hex}",),
    "hook": ("https://hooks.example.com/{lib}/{digits}{digits}{digits}", "https://{lib}.example.org/hooks/{thing}"),
    "any": ("{season} {news}", "{place} {venture}", "{many} {paper}", "{colour} {scene}", "{field} {when}", "{shelf} {news}"),
}

_SLOT = re.compile(r"\{(\w+)\}")


def written(name: str) -> tuple[str, ...]:
    """All that the patterns of a theme say, first one of each pattern in turn; at most MOST."""
    kinds = [list(_mixed(pattern, name)) for pattern in PATTERNS[name]]
    weave = (kind[i] for i in range(max(map(len, kinds))) for kind in kinds if i < len(kind))
    return tuple(islice(dict.fromkeys(weave), MOST))


def _mixed(pattern: str, place: str) -> Iterator[str]:
    lists = [PARTS[slot].split("|") for slot in _SLOT.findall(pattern)]
    shape = _SLOT.sub("{}", pattern)
    made = [shape.format(*words) for words in product(*lists) if len({*words}) == len(words)]
    if place == "sku":
        made = [text.upper() for text in made]
    if place in ("slug", "email", "file", "image"):
        made = [text.lower().replace(" ", "-") for text in made]
    draws = draws_of("theme", place, pattern)
    order = sorted(range(len(made)), key=dict(zip(range(len(made)), draws, strict=False)).__getitem__)
    return (made[i] for i in order)


__all__ = ["PATTERNS", "written"]
