#include "src/probe/words.h"

#include "src/base/mem.h"

static const char *const wordings[][PARAPHRASES] = {
    [TASK_MNER] =
	{
	    "Given the entity types: {types}. Extract the entities.",
	    "Find all entities of these types in the text: {types}.",
	    "Identify the following entity type: {types}.",
	    "Which entities of the types {types} does the text mention?",
	    "List every {types} that is named in the sentence.",
	    "Named entity recognition. Types: {types}.",
	    "Mark the entities in this text. Possible types: {types}.",
	    "Read the text and the picture and extract entities: {types}.",
	    "Extract entity types from the text with options: {types}.",
	    "Tell me all names in the text that are one of {types}.",
	},
    [TASK_MRE] =
	{
	    "Given the relations: {relations}. Extract the relation "
	    "between {head} and {tail}.",
	    "Find the relation of {head} to {tail}: {relations}.",
	    "Identify the following relation between {head} and {tail}: "
	    "{relations}.",
	    "How is {head} related to {tail}? Options: {relations}.",
	    "Which relation holds between {head} and {tail}? {relations}.",
	    "Relation extraction. Head: {head}. Tail: {tail}. Relations: "
	    "{relations}.",
	    "Choose the relation between {head} and {tail} from: "
	    "{relations}.",
	    "Read the text and the picture and extract the relation "
	    "between {head} and {tail}: {relations}.",
	    "Classify the relation between {head} and {tail} with "
	    "options: {relations}.",
	    "Tell me what {head} is to {tail}: {relations}.",
	},
    [TASK_MED] =
	{
	    "Given the event types: {events}. Extract the events.",
	    "Find all events of these types in the text: {events}.",
	    "Identify the following event type: {events}.",
	    "Which events of the types {events} does the text report?",
	    "List every event of the types {events} with its trigger.",
	    "Event detection. Types: {events}.",
	    "Mark the event triggers in this text. Possible types: "
	    "{events}.",
	    "Read the text and the picture and extract events: {events}.",
	    "Extract event types from the text with options: {events}.",
	    "Tell me what happens in the text, one of {events}.",
	},
    [TASK_MEAE] =
	{
	    "Given the argument types: {roles}. Extract the arguments of "
	    "the {event} event.",
	    "Find the arguments of the {event} event: {roles}.",
	    "The text reports an {event} event. Identify the following "
	    "argument type: {roles}.",
	    "Who or what takes part in the {event} event? Roles: {roles}.",
	    "List the arguments of the {event} event with their roles: "
	    "{roles}.",
	    "Event argument extraction. Event: {event}. Roles: {roles}.",
	    "Mark the arguments of the {event} event. Possible roles: "
	    "{roles}.",
	    "Read the text and the picture and extract the arguments of "
	    "the {event} event: {roles}.",
	    "Extract argument types of the {event} event with options: "
	    "{roles}.",
	    "Tell me who plays which role in the {event} event: {roles}.",
	},
};

/* label, everyday word */
#define SYNONYMS(_)                         \
	_("Person", "human")                \
	_("Location", "place name")         \
	_("Organization", "company")        \
	_("Miscellaneous", "other name")    \
	_("part of", "belongs to")          \
	_("member of", "works for")         \
	_("peer", "colleague")              \
	_("couple", "married to")           \
	_("parent", "father or mother")     \
	_("siblings", "brother or sister")  \
	_("locate at", "is in")             \
	_("Attack", "assault")              \
	_("Arrest-Jail", "arrest")          \
	_("Die", "death")                   \
	_("Meet", "meeting")                \
	_("Phone-Write", "contact")         \
	_("Transport", "journey")           \
	_("Transfer-Money", "payment")      \
	_("Demonstrate", "protest")         \
	_("Attacker", "aggressor")          \
	_("Target", "object of the attack") \
	_("Instrument", "weapon or tool")   \
	_("Place", "where it happens")      \
	_("Agent", "who does it")           \
	_("Victim", "casualty")             \
	_("Entity", "participant")

static const char *const pairs[][2] = {
#define SYNONYM_ROW(label, word) {label, word},
    SYNONYMS(SYNONYM_ROW)
#undef SYNONYM_ROW
};

const char *paraphrase(enum task t, size_t i)
{
	return t == TASK_MEE || i >= PARAPHRASES ? NULL : wordings[t][i];
}

bool synonym(size_t i, const char **label, const char **word)
{
	if (i >= ARRAY_LEN(pairs))
		return false;
	*label = pairs[i][0];
	*word = pairs[i][1];
	return true;
}
