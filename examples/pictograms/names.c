#include "examples/pictograms/names.h"

#include <ctype.h>

#include "src/base/mem.h"
#include "src/base/str.h"

static const char *const firsts[] = {
    "Mara",   "Tomas",  "Aisha",   "Viktor", "Elena",  "Kofi",   "Ingrid",
    "Mateo",  "Priya",  "Owen",    "Sofia",  "Dmitri", "Leila",  "Hugo",
    "Nadia",  "Samuel", "Yuki",    "Carlos", "Freya",  "Omar",   "Clara",
    "Diego",  "Amina",  "Lukas",   "Zoe",    "Rafael", "Hannah", "Igor",
    "Teresa", "Malik",  "Julia",   "Andre",  "Noor",   "Peter",  "Lina",
    "Marco",  "Fatima", "Erik",    "Sara",   "Joseph", "Mina",   "Anton",
    "Ruth",   "Pablo",  "Greta",   "Hassan", "Alice",  "Stefan", "Keiko",
    "David",  "Irina",  "Kwame",   "Laura",  "Simon",  "Meera",  "Felix",
    "Anna",   "Jamal",  "Helena",  "Bruno",  "Chloe",  "Ahmed",  "Maria",
    "Nikos",  "Emma",   "Ravi",    "Vera",   "Tobias", "Zainab", "Jonas",
    "Lucia",  "Adrian", "Ayumi",   "Robert", "Dalia",  "Emil",   "Karen",
    "Paolo",  "Esther", "Daniel",  "Marta",  "Yusuf",  "Nora",   "Gustav",
    "Camila", "Henry",  "Layla",   "Martin", "Olga",   "Sanjay", "Judith",
    "Arturo", "Wanda",  "Michael", "Rosa",   "Bilal",  "Agnes",  "Leon"};

static const char *const lasts[] = {
    "Keller",    "Onyango", "Petrov",    "Lindqvist", "Moreno",    "Sharma",
    "Okafor",    "Becker",  "Nakamura",  "Rossi",     "Dubois",    "Hansen",
    "Mensah",    "Walker",  "Castillo",  "Novak",     "Haddad",    "Fischer",
    "Tanaka",    "Silva",   "Jensen",    "Rahman",    "Morris",    "Kovacs",
    "Ortega",    "Larsen",  "Bennett",   "Ivanov",    "Schmidt",   "Diallo",
    "Carter",    "Romano",  "Nguyen",    "Fernandez", "Hughes",    "Popescu",
    "Weber",     "Santos",  "Murphy",    "Yamada",    "Costa",     "Bakker",
    "Singh",     "Turner",  "Horvat",    "Mendes",    "Johansson", "Khan",
    "Baker",     "Vargas",  "Andersson", "Osei",      "Collins",   "Moretti",
    "Farouk",    "Dvorak",  "Campbell",  "Herrera",   "Suzuki",    "Brandt",
    "Aguilar",   "Foster",  "Nilsson",   "Banerjee",  "Price",     "Marino",
    "Adeyemi",   "Wright",  "Salazar",   "Kowalski",  "Reid",      "Hoffmann",
    "Mbeki",     "Parker",  "Duarte",    "Virtanen",  "Cooper",    "Ricci",
    "Chowdhury", "Evans",   "Navarro",   "Eriksen",   "Shaw",      "Lambert",
    "Tesfaye",   "Griffin", "Fuentes",   "Krause",    "Dixon",     "Sato"};

/* Names that people, animals, ships, towns and clubs share. */
static const char *const shared[] = {
    "Rocky",    "Charlie",   "Lincoln",  "Phoenix",   "Jordan",   "Chelsea",
    "Orlando",  "Mercedes",  "Max",      "Bella",     "Luna",     "Buddy",
    "Daisy",    "Oscar",     "Milo",     "Ruby",      "Austin",   "Florence",
    "Houston",  "Madison",   "Dakota",   "Savannah",  "Brooklyn", "Sydney",
    "Victoria", "Elizabeth", "Apollo",   "Juno",      "Bentley",  "Harley",
    "Morgan",   "Wells",     "Barclay",  "Everton",   "Arsenal",  "Santiago",
    "Lexus",    "Diana",     "Titan",    "Shadow",    "Storm",    "Jasper",
    "Ginger",   "Lucky",     "Bruno",    "Coco",      "Nova",     "Atlas",
    "Blaze",    "Comet",     "Hunter",   "Willow",    "Aurora",   "Hudson",
    "Dallas",   "Denver",    "Paris",    "Verona",    "Adelaide", "Alexandria",
    "Georgia",  "Carolina",  "Virginia", "Kingston",  "Stanley",  "Windsor",
    "Preston",  "Chester",   "Ashton",   "Camden",    "Trafford", "Rangers",
    "Phantom",  "Spirit",    "Pioneer",  "Discovery", "Falcon",   "Tiger",
    "Amber",    "Pearl",     "Scout",    "Simba",     "Whiskey",  "Pepper",
    "Rex",      "Bonnie",    "Zeus",     "Athena",    "Hermes",   "Gulliver"};

static const char *const places[] = {
    "London",     "Berlin",       "Nairobi",
    "Lisbon",     "Toronto",      "Kyoto",
    "Cairo",      "Lima",         "Oslo",
    "Mumbai",     "Leeds",        "Porto",
    "Hamburg",    "Dakar",        "Santiago de Chile",
    "Istanbul",   "Bogota",       "Helsinki",
    "Hanoi",      "New York",     "Warsaw",
    "Accra",      "Montreal",     "Naples",
    "Jakarta",    "Prague",       "Tunis",
    "Seattle",    "Seville",      "Osaka",
    "Vienna",     "Lagos",        "Boston",
    "Dublin",     "Manila",       "Budapest",
    "Casablanca", "Chicago",      "Antwerp",
    "Beirut",     "Zurich",       "Kampala",
    "Vancouver",  "Marseille",    "Kabul",
    "Glasgow",    "Addis Ababa",  "San Diego",
    "Bilbao",     "Seoul",        "Athens",
    "Tripoli",    "Miami",        "Geneva",
    "Baghdad",    "Tallinn",      "Harare",
    "Ottawa",     "Valencia",     "Damascus",
    "Krakow",     "Kigali",       "Detroit",
    "Cardiff",    "Mosul",        "Bucharest",
    "Maputo",     "Buenos Aires", "Palermo",
    "Aleppo",     "Stockholm",    "Durban",
    "Cape Town",  "Bremen",       "Karachi",
    "Rotterdam",  "Luanda",       "Los Angeles",
    "Cologne",    "Kathmandu",    "Ukraine",
    "Kenya",      "Canada",       "Portugal",
    "Japan",      "Brazil",       "Norway",
    "India",      "Ghana",        "Mexico",
    "Scotland",   "Texas",        "Bavaria",
    "Sicily",     "Catalonia"};

static const char *const bare_orgs[] = {"NASA",
					"Unicef",
					"Interpol",
					"Siemens",
					"Toyota",
					"Greenpeace",
					"Reuters",
					"Samsung",
					"Nokia",
					"Airbus",
					"Unesco",
					"Microsoft",
					"Nestle",
					"Volvo",
					"the Red Cross",
					"the United Nations",
					"Oxfam",
					"the World Bank",
					"Benfica",
					"Juventus",
					"Ajax",
					"Celtic",
					"the Lakers",
					"the Senate",
					"the European Union",
					"Amnesty",
					"Philips",
					"Heineken",
					"the Salvation Army",
					"Lufthansa"};

static const char *const org_kinds[] = {"Museum",
					"University",
					"Bank",
					"United",
					"Airlines",
					"Hospital",
					"Council",
					"Institute",
					"Orchestra",
					"Academy",
					"Police",
					"City Council",
					"Football Club",
					"Railways",
					"College",
					"Foundation",
					"Chamber of Commerce",
					"Fire Department"};

static const char *const firm_kinds[] = {
    "& Sons", "Group", "Motors", "Records",  "Industries",
    "Foods",  "Media", "Energy", "Holdings", "Labs"};

static const char *const award_heads[] = {
    "Golden Lion",    "Silver Bear",  "Golden Globe", "Ballon d'Or",
    "Palme d'Or",     "Booker Prize", "Nobel Prize",  "Turner Prize",
    "Pulitzer Prize", "Davis Cup",    "Stanley Cup",  "World Cup",
    "Fields Medal",   "Grammy",       "Emmy",         "Oscar for best film",
    "Golden Boot",    "Silver Star",  "Golden Glove", "Mercury Prize"};

static const char *const award_kinds[] = {"Prize", "Award", "Medal", "Cup",
					  "Trophy"};

static const char *const happening_kinds[] = {
    "Marathon", "Film Festival", "Jazz Festival", "Book Fair", "Open",
    "Carnival", "Motor Show",    "Grand Prix",    "Summit",    "Biennale"};

static const char *const work_adjectives[] = {
    "Silent", "Last",   "Hidden", "Broken",  "Golden", "Distant", "Empty",
    "Winter", "Secret", "Lonely", "Burning", "Paper",  "Crimson", "Second"};

static const char *const work_nouns[] = {
    "Harbour", "Garden", "Letter", "Witness", "Kingdom", "River", "Summer",
    "Mirror",  "Voyage", "Island", "Promise", "Shore",   "Clock", "Orchard"};

static const char *const attackers[] = {
    "gunmen",     "rebels",  "soldiers", "militants", "troops",  "fighters",
    "insurgents", "snipers", "raiders",  "warplanes", "pirates", "mercenaries"};

static const char *const people[] = {
    "students",  "workers",    "farmers", "nurses",  "teachers",  "drivers",
    "miners",    "pensioners", "fans",    "women",   "villagers", "doctors",
    "activists", "residents",  "pilots",  "families"};

static const char *const amounts[] = {
    "300", "45",     "2,000",     "15,000", "1.2 million", "80",
    "650", "40,000", "7 million", "9,500",  "120",         "2.5 billion"};

/* These go with any tense. */
static const char *const times[] = {
    "on Monday",      "on Tuesday",   "on Wednesday", "on Thursday",
    "on Friday",      "on Saturday",  "on Sunday",    "this morning",
    "this afternoon", "tonight",      "today",        "this week",
    "in the evening", "at noon",      "at midnight",  "in March",
    "in October",     "this weekend", "in the end",   "before dawn",
    "after lunch",    "at sunset"};

/* Every fifth name of a pool belongs to the test split alone. */
static const char *pick(struct dice *d, const char *const *pool, int n,
			bool fresh)
{
	int held = n / 5;

	if (fresh)
		return pool[dice_below(d, held) * 5 + 4];
	n = dice_below(d, n - held);
	return pool[n / 4 * 5 + n % 4];
}

#define PICK(d, pool, fresh) pick(d, pool, ARRAY_LEN(pool), fresh)

/* A name nobody has: two or three syllables. */
static void write_invented(struct dice *d, struct str *out)
{
	static const char *const heads[] = {
	    "b", "d", "f",  "g",  "k",  "l",  "m",  "n",  "p",  "r",  "s",
	    "t", "v", "br", "dr", "gr", "kr", "st", "tr", "sh", "th", "z"};
	static const char *const vowels[] = {"a",  "e",  "i",  "o", "u",
					     "ia", "ei", "oa", "ou"};
	static const char *const tails[] = {"",  "",  "n", "r",  "l",  "s",
					    "m", "k", "t", "nd", "rt", "x"};
	int n = 2 + dice_chance(d, 0.3f);
	size_t at = out->len;

	for (int i = 0; i < n; i++) {
		str_add(out, heads[dice_below(d, ARRAY_LEN(heads))]);
		str_add(out, vowels[dice_below(d, ARRAY_LEN(vowels))]);
		if (i == n - 1 || dice_chance(d, 0.3f))
			str_add(out, tails[dice_below(d, ARRAY_LEN(tails))]);
	}
	out->s[at] = (char)toupper((unsigned char)out->s[at]);
}

static void write_first(struct dice *d, bool fresh, struct str *out)
{
	if (dice_chance(d, 0.1f))
		write_invented(d, out);
	else
		str_add(out, PICK(d, firsts, fresh));
}

static void write_last(struct dice *d, bool fresh, struct str *out)
{
	if (dice_chance(d, 0.2f))
		write_invented(d, out);
	else
		str_add(out, PICK(d, lasts, fresh));
}

static void write_person(struct dice *d, bool fresh, struct str *out)
{
	static const char *const titles[] = {"Mr",        "Mrs",     "Dr",
					     "President", "Captain", "Judge"};

	if (dice_chance(d, 0.2f))
		str_add(out, PICK(d, titles, false));
	else
		write_first(d, fresh, out);
	str_addc(out, ' ');
	write_last(d, fresh, out);
}

static void write_any(struct dice *d, bool fresh, struct str *out)
{
	int which = dice_below(d, 10);

	if (which < 6)
		str_add(out, PICK(d, shared, fresh));
	else if (which < 8)
		write_first(d, fresh, out);
	else
		write_invented(d, out);
}

static void write_place(struct dice *d, bool fresh, struct str *out)
{
	static const char *const kinds[] = {"Port ", "North ", "Lake ",
					    "Saint ", "Upper "};

	if (dice_chance(d, 0.75f)) {
		str_add(out, PICK(d, places, fresh));
		return;
	}
	if (dice_chance(d, 0.4f))
		str_add(out, PICK(d, kinds, false));
	write_invented(d, out);
}

static void write_org(struct dice *d, bool fresh, struct str *out)
{
	int which = dice_below(d, 10);

	if (which < 3) {
		str_add(out, PICK(d, bare_orgs, fresh));
	} else if (which < 7) {
		write_place(d, fresh, out);
		str_addf(out, " %s", PICK(d, org_kinds, fresh));
	} else {
		write_last(d, fresh, out);
		str_addf(out, " %s", PICK(d, firm_kinds, fresh));
	}
}

static void write_award(struct dice *d, bool fresh, struct str *out)
{
	if (dice_chance(d, 0.5f)) {
		str_add(out, PICK(d, award_heads, fresh));
		return;
	}
	write_last(d, fresh, out);
	str_addf(out, " %s", PICK(d, award_kinds, fresh));
}

static void write_work(struct dice *d, bool fresh, struct str *out)
{
	str_addf(out, "The %s %s", PICK(d, work_adjectives, fresh),
		 PICK(d, work_nouns, fresh));
}

void name_write(struct dice *d, char slot, float fresh, struct str *out)
{
	bool new = dice_chance(d, fresh);

	switch (slot) {
	case SLOT_PERSON:
		write_person(d, new, out);
		break;
	case SLOT_FIRST:
		write_first(d, new, out);
		break;
	case SLOT_ANY:
		write_any(d, new, out);
		break;
	case SLOT_PLACE:
		write_place(d, new, out);
		break;
	case SLOT_ORG:
		write_org(d, new, out);
		break;
	case SLOT_AWARD:
		write_award(d, new, out);
		break;
	case SLOT_HAPPENING:
		write_place(d, new, out);
		str_addf(out, " %s", PICK(d, happening_kinds, new));
		break;
	case SLOT_WORK:
		write_work(d, new, out);
		break;
	case SLOT_ATTACKERS:
		str_add(out, PICK(d, attackers, new));
		break;
	case SLOT_PEOPLE:
		str_add(out, PICK(d, people, new));
		break;
	case SLOT_MONEY:
		str_addf(out, "%s %s", PICK(d, amounts, new),
			 dice_chance(d, 0.5f) ? "euros" : "dollars");
		break;
	default:
		str_add(out, PICK(d, times, false));
		break;
	}
}
