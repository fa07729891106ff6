/* The labels of the data sets that the paper trains on. */
#include <string.h>

#include "src/task/schema.h"

#include "src/base/json.h"

static const char PAPER[] =
    "{\"entities\":[\"Person\",\"Location\",\"Organization\","
    "\"Miscellaneous\"],"
    /* MNRE V2 */
    "\"relations\":[\"part of\",\"contain\",\"present in\",\"none\","
    "\"held on\",\"member of\",\"peer\",\"place of residence\","
    "\"locate at\",\"alternate names\",\"neighbor\",\"subsidiary\","
    "\"awarded\",\"couple\",\"parent\",\"nationality\","
    "\"place of birth\",\"charges\",\"siblings\",\"religion\",\"race\"],"
    /* M2E2 */
    "\"events\":{"
    "\"Attack\":[\"Attacker\",\"Target\",\"Instrument\",\"Place\"],"
    "\"Arrest-Jail\":[\"Agent\",\"Person\",\"Instrument\",\"Place\"],"
    "\"Die\":[\"Agent\",\"Victim\",\"Instrument\",\"Place\"],"
    "\"Meet\":[\"Entity\",\"Place\"],"
    "\"Phone-Write\":[\"Entity\",\"Instrument\",\"Place\"],"
    "\"Transport\":[\"Agent\",\"Artifact\",\"Vehicle\",\"Origin\","
    "\"Destination\"],"
    "\"Transfer-Money\":[\"Giver\",\"Recipient\",\"Money\"],"
    "\"Demonstrate\":[\"Entity\",\"Police\",\"Instrument\",\"Place\"]}}";

int schema_paper(struct schema *s, struct err *err)
{
	struct json *j =
	    json_parse(PAPER, strlen(PAPER), "built-in schema", err);
	int rc;

	if (!j)
		return -1;
	rc = schema_parse(s, j, "built-in schema", err);
	json_free(j);
	return rc;
}
